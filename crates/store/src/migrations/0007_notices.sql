-- Lists of notices that an officer previewed: what is sent is what was seen, in parts, each once.
create table notice_list (
    municipality text not null,
    name         text not null,
    made         integer not null,
    total        integer not null,
    parts        integer not null,
    done         integer not null,             -- parts
    sent         integer not null,
    skipped      integer not null,
    primary key (municipality, name)
) without rowid;

create table notice_part (
    municipality text not null,
    name         text not null,
    part         integer not null,
    body         blob not null,
    primary key (municipality, name, part)
) without rowid;

-- A recall that was a mistake is lifted and stays known.
alter table recall add column lifted integer;
