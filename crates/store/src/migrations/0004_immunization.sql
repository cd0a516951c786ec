-- Immunisation: where residents live, who got which lot, what was recalled, what a gate stopped.

-- 対象者: as municipalities say. `left_on` is the first day on which the person lives there no more.
create table lives_in (
    resident     integer not null,
    municipality text not null,
    since        text not null,
    left_on      text,
    primary key (resident, municipality)
) without rowid;
create index lives_in_of on lives_in (municipality, resident);

-- Doses by lot: a look-up by an identifier of its own.
create table dose_lot (
    product  text not null,
    lot      text not null,
    resident integer not null,
    item     text not null,
    primary key (product, lot, resident, item)
) without rowid;

create table recall (
    product text not null,
    lot     text not null,
    reason  text not null,
    since   integer not null,
    primary key (product, lot)
) without rowid;

-- What gates stopped, counted; no person is in it.
create table gate_stop (
    municipality text not null,
    day          text not null,
    institution  text not null,
    step         text not null,
    code         text not null,
    count        integer not null,
    primary key (municipality, day, institution, step, code)
) without rowid;
