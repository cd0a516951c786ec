-- The spine. Written for SQLite; for PostgreSQL `integer` reads bigint, `blob` bytea, and
-- `without rowid` goes. Everything that grows with people has `resident` as its partition key.

create table resident (
    resident    integer not null primary key,
    stamp       integer not null,          -- raised when links, flags or relations change
    flags       integer not null,          -- 1 blocked, 2 not disclosed
    merged_into integer
);

-- Links from outside identifiers; `key` is domain::identity::LinkKey::bytes.
create table link (
    key       blob not null primary key,
    resident  integer not null,
    state     integer not null,            -- 1 active, 2 held, 3 revoked, 4 rejected
    version   integer not null,
    since     integer not null,
    candidate integer,                     -- of a held link
    reason    text,                        -- of a held link
    owner     text,                        -- municipality or `operator` that must decide
    held_id   text                         -- opaque name of the held case
) without rowid;
create index link_of on link (resident);
create index link_held on link (owner, since) where state = 2;

-- Versions that were superseded. Never changed, never taken away.
create table link_history (
    key       blob not null,
    version   integer not null,
    resident  integer not null,
    state     integer not null,
    since     integer not null,
    candidate integer,
    reason    text,
    primary key (key, version)
) without rowid;

-- Candidate search: rows of one birth day, one address, one name lie together.
create table near (
    key      integer not null,
    resident integer not null,
    primary key (key, resident)
) without rowid;

-- The record: every version of every resource; rid = resident * 2^20 + slot.
create table record (
    rid         integer not null primary key,
    resident    integer not null,
    kind        integer not null,
    item        text not null,             -- logical id, the same in every version
    key         text not null,             -- what makes two registrations the same thing
    version     integer not null,
    state       integer not null,          -- 0 superseded, 1 current, 2 ended
    hidden      integer not null,          -- 1 under 不開示
    custodian   text not null,
    author      text not null,
    recorded_at integer not null,
    body        blob not null
);

create table guardian (
    guardian   integer not null,
    child      integer not null,
    key        text not null,
    valid_from text not null,
    valid_to   text,
    primary key (guardian, child, key)
) without rowid;
create index guardian_of on guardian (child);

-- 個人番号, encrypted under the key of the vault. Found only through a link of kind 4.
create table vault (
    resident integer not null,
    hash     blob not null,
    sealed   blob not null,
    primary key (resident, hash)
) without rowid;

-- Bodies that hold 個人番号, encrypted, until their task ends.
create table vault_body (
    task   integer not null,
    part   integer not null,
    sealed blob not null,
    primary key (task, part)
) without rowid;

-- The audit log: docs/decisions/0002.
create table audit_entry (
    leaf       integer not null primary key,
    resident   integer,
    commitment blob not null,
    salt       blob,                       -- null once erased
    entry      blob                        -- null once erased
);
create table audit_of (
    resident integer not null,
    leaf     integer not null,
    primary key (resident, leaf)
) without rowid;
create table log_tile (
    level  integer not null,
    tile   integer not null,
    hashes blob not null,
    primary key (level, tile)
) without rowid;
create table log_checkpoint (
    size integer not null primary key,
    at   integer not null,
    note text not null
);

-- Nonces, challenges, token identifiers that were used.
create table spent (
    name    blob not null primary key,
    expires integer not null
) without rowid;
create index spent_by_end on spent (expires);

create table task (
    task         integer not null primary key,
    name         text not null unique,
    kind         integer not null,
    municipality text not null,
    client       text not null,
    received_at  integer not null,
    finished_at  integer,
    total        integer not null,
    done         integer not null,
    accepted     integer not null,
    refused      integer not null,
    held         integer not null,
    warned       integer not null
);
create index task_of on task (municipality, task);
create index task_open on task (task) where finished_at is null;
create table task_result (
    task     integer not null,
    position integer not null,
    result   integer not null,             -- 1 accepted, 2 refused, 3 held
    findings text not null,
    primary key (task, position)
) without rowid;
create table idempotency (
    client text not null,
    name   text not null,
    digest blob not null,
    task   integer not null,
    primary key (client, name)
) without rowid;

create table feed (
    seq          integer not null primary key,
    municipality text not null,
    at           integer not null,
    kind         text not null,
    detail       text not null
);
create index feed_of on feed (municipality, seq);

create table municipality (
    code  text not null primary key,
    name  text not null,
    about text not null
);
create table institution (
    code         text not null primary key,
    name         text not null,
    kind         text not null,
    municipality text not null,
    tasks        text not null,
    uses_subsidy integer not null          -- 医療費助成情報を利用する
);
create table scheme (
    municipality text not null,
    type_id      text not null,
    body         blob not null,
    primary key (municipality, type_id)
);
create table client (
    client       text not null primary key,
    kind         integer not null,
    organisation text not null,
    jwks         text not null
);
create table staff (
    staff        text not null primary key,
    kind         integer not null,
    organisation text not null,
    name         text not null
);
create table setting (
    name  text not null primary key,
    value blob not null
);
