//! The edges, thin: folders by audience.
