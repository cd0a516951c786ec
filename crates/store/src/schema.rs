//! Migrations: they only expand, then contract. Each runs once, in order, in its own transaction.

use crate::StoreError;
use crate::sql::{Conn, params};

/// Every migration, oldest first.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_spine.sql"),
    include_str!("migrations/0002_feed.sql"),
    include_str!("migrations/0003_apart.sql"),
    include_str!("migrations/0004_immunization.sql"),
    include_str!("migrations/0005_bounds.sql"),
    include_str!("migrations/0006_doses.sql"),
    include_str!("migrations/0007_notices.sql"),
];

/// Brings the schema up to date; gives how many migrations ran.
pub(crate) fn migrate(conn: &mut Conn) -> Result<usize, StoreError> {
    conn.script("create table if not exists migration (version integer not null primary key)")?;
    let done = conn
        .one("select count(*) from migration", &[], |row| row.int(0))?
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(0);
    if done > MIGRATIONS.len() {
        return Err(StoreError::Database(format!(
            "the data were written by a newer pmh ({done} migrations, this one knows {}); use that one",
            MIGRATIONS.len()
        )));
    }
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(done) {
        conn.script("begin")?;
        conn.script(sql)?;
        let version = i64::try_from(number + 1).unwrap_or(i64::MAX);
        conn.run("insert into migration (version) values ($1)", params![version])?;
        conn.script("commit")?;
    }
    Ok(MIGRATIONS.len() - done)
}
