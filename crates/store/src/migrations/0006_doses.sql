-- Where a dose is: a look-up by its logical id, for whoever recorded it and for the feed.
create table dose_place (
    item     text not null primary key,
    resident integer not null
) without rowid;
