//! The deeds: one file per thing that a person does.
