-- Positions in the feed count within each municipality: a gap would tell how much others do.
alter table feed add column position integer not null default 0;
update feed set position = (
    select count(*) from feed as before
     where before.municipality = feed.municipality and before.seq <= feed.seq);
create unique index feed_place on feed (municipality, position);
