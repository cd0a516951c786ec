-- Two people who were told apart are never linked or proposed as one again, and a confirmation that
-- was wrong can be undone: who decided what stays in the history of a link, where a guardianship
-- came from stays with it, and what merging put out of force has a state of its own in `record`
-- (3 was current, 4 was ended).
create table apart (
    one integer not null,                  -- the lower number
    two integer not null,
    primary key (one, two)
) without rowid;
alter table link_history add column owner text;
alter table link_history add column held_id text;
create index link_decided on link_history (held_id) where held_id is not null;
alter table guardian add column came integer;
