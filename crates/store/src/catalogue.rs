//! The catalogue: municipalities, their schemes, institutions, clients, staff, settings. No residents.

use crate::StoreError;
use crate::sql::{Conn, Row, params};
use crate::tx::Tx;

/// A municipality (自治体).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Municipality {
    /// 全国地方公共団体コード, 6 digits.
    pub code: String,
    /// Prefecture and name.
    pub name: String,
    /// Its tasks, in words for people.
    pub about: String,
}

/// An institution or pharmacy (医療機関等).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// 医療機関コード, 10 digits.
    pub code: String,
    /// Its name.
    pub name: String,
    /// 医科, 歯科, 薬局 …
    pub kind: String,
    /// The municipality where it stands.
    pub municipality: String,
    /// Its tasks, in words for people.
    pub tasks: String,
    /// 医療費助成情報を利用する: the switch of the institution (pmh-api §3).
    pub uses_subsidy: bool,
}

/// A system that signs its own assertions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub client: String,
    /// 1 a municipality's system, 2 an institution's.
    pub kind: u8,
    /// Code of the municipality or institution.
    pub organisation: String,
    /// Its public keys, a JWK set.
    pub jwks: String,
}

/// Somebody who works with pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Identifier.
    pub staff: String,
    /// 1 desk, 2 officer, 3 operator.
    pub kind: u8,
    /// Code of the municipality or institution; empty for operators.
    pub organisation: String,
    /// Name for people.
    pub name: String,
}

/// How much there is: for the operator, who sees no records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Municipalities.
    pub municipalities: i64,
    /// Institutions.
    pub institutions: i64,
    /// Residents.
    pub residents: i64,
    /// Tasks that are not done.
    pub open_tasks: i64,
    /// Links that wait for a human.
    pub held: i64,
}

impl Tx<'_> {
    /// Enters or replaces a municipality.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_municipality(&mut self, of: &Municipality) -> Result<(), StoreError> {
        self.conn.run(
            "insert into municipality (code, name, about) values ($1, $2, $3)
             on conflict (code) do update set name = excluded.name, about = excluded.about",
            params![&of.code, &of.name, &of.about],
        )?;
        Ok(())
    }

    /// Every municipality, by code.
    ///
    /// # Errors
    /// When the database fails.
    pub fn municipalities(&mut self) -> Result<Vec<Municipality>, StoreError> {
        self.conn.rows("select code, name, about from municipality order by code", &[], |row| {
            Ok(Municipality { code: row.text(0)?, name: row.text(1)?, about: row.text(2)? })
        })
    }

    /// The name of a municipality; its code if it is not in the catalogue.
    ///
    /// # Errors
    /// When the database fails.
    pub fn municipality_name(&mut self, code: &str) -> Result<String, StoreError> {
        let name = self.conn.one(
            "select name from municipality where code = $1",
            params![code],
            |row| row.text(0),
        )?;
        Ok(name.unwrap_or_else(|| code.to_owned()))
    }

    /// Enters or replaces an institution.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_institution(&mut self, of: &Institution) -> Result<(), StoreError> {
        self.conn.run(
            "insert into institution (code, name, kind, municipality, tasks, uses_subsidy)
             values ($1, $2, $3, $4, $5, $6) on conflict (code) do update set
             name = excluded.name, kind = excluded.kind, municipality = excluded.municipality,
             tasks = excluded.tasks, uses_subsidy = excluded.uses_subsidy",
            params![
                &of.code,
                &of.name,
                &of.kind,
                &of.municipality,
                &of.tasks,
                i64::from(of.uses_subsidy)
            ],
        )?;
        Ok(())
    }

    /// An institution by its code.
    ///
    /// # Errors
    /// When the database fails.
    pub fn institution(&mut self, code: &str) -> Result<Option<Institution>, StoreError> {
        self.conn.one(
            "select code, name, kind, municipality, tasks, uses_subsidy from institution
             where code = $1",
            params![code],
            institution_row,
        )
    }

    /// Every institution, by code.
    ///
    /// # Errors
    /// When the database fails.
    pub fn institutions(&mut self) -> Result<Vec<Institution>, StoreError> {
        self.conn.rows(
            "select code, name, kind, municipality, tasks, uses_subsidy from institution
             order by code",
            &[],
            institution_row,
        )
    }

    /// Replaces the whole scheme master of a municipality: type identifiers and bodies.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_schemes(
        &mut self,
        municipality: &str,
        schemes: &[(String, Vec<u8>)],
    ) -> Result<(), StoreError> {
        self.conn.run("delete from scheme where municipality = $1", params![municipality])?;
        for (type_id, body) in schemes {
            self.conn.run(
                "insert into scheme (municipality, type_id, body) values ($1, $2, $3)",
                params![municipality, type_id, body],
            )?;
        }
        Ok(())
    }

    /// The scheme master of a municipality: bodies, by type identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub fn schemes(&mut self, municipality: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.conn.rows(
            "select type_id, body from scheme where municipality = $1 order by type_id",
            params![municipality],
            |row| Ok((row.text(0)?, row.blob(1)?)),
        )
    }

    /// Enters or replaces a client.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_client(&mut self, of: &Client) -> Result<(), StoreError> {
        self.conn.run(
            "insert into client (client, kind, organisation, jwks) values ($1, $2, $3, $4)
             on conflict (client) do update set kind = excluded.kind,
             organisation = excluded.organisation, jwks = excluded.jwks",
            params![&of.client, i64::from(of.kind), &of.organisation, &of.jwks],
        )?;
        Ok(())
    }

    /// A client by its identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub fn client(&mut self, client: &str) -> Result<Option<Client>, StoreError> {
        self.conn.one(
            "select client, kind, organisation, jwks from client where client = $1",
            params![client],
            client_row,
        )
    }

    /// Every client, by identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub fn clients(&mut self) -> Result<Vec<Client>, StoreError> {
        self.conn.rows(
            "select client, kind, organisation, jwks from client order by client",
            &[],
            client_row,
        )
    }

    /// Enters or replaces a member of staff.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_staff(&mut self, of: &Staff) -> Result<(), StoreError> {
        self.conn.run(
            "insert into staff (staff, kind, organisation, name) values ($1, $2, $3, $4)
             on conflict (staff) do update set kind = excluded.kind,
             organisation = excluded.organisation, name = excluded.name",
            params![&of.staff, i64::from(of.kind), &of.organisation, &of.name],
        )?;
        Ok(())
    }

    /// A member of staff by identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub fn staff(&mut self, staff: &str) -> Result<Option<Staff>, StoreError> {
        self.conn.one(
            "select staff, kind, organisation, name from staff where staff = $1",
            params![staff],
            staff_row,
        )
    }

    /// All staff, by identifier.
    ///
    /// # Errors
    /// When the database fails.
    pub fn all_staff(&mut self) -> Result<Vec<Staff>, StoreError> {
        self.conn.rows(
            "select staff, kind, organisation, name from staff order by staff",
            &[],
            staff_row,
        )
    }

    /// A setting that deeds keep, such as an imported revocation list or a finished load.
    ///
    /// # Errors
    /// When the database fails.
    pub fn setting(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        setting(self.conn, name)
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// When the database fails.
    pub fn put_setting(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        put_setting(self.conn, name, value)
    }

    /// How much there is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn counts(&mut self) -> Result<Counts, StoreError> {
        let mut count = |sql: &str| {
            Ok::<i64, StoreError>(
                self.conn.one(sql, &[], |row| row.int_or(0))?.flatten().unwrap_or(0),
            )
        };
        Ok(Counts {
            municipalities: count("select count(*) from municipality")?,
            institutions: count("select count(*) from institution")?,
            residents: count("select max(resident) from resident")?,
            open_tasks: count("select count(*) from task where finished_at is null")?,
            held: count("select count(*) from link where state = 2")?,
        })
    }
}

fn client_row(row: &Row<'_>) -> Result<Client, StoreError> {
    Ok(Client {
        client: row.text(0)?,
        kind: u8::try_from(row.int(1)?).unwrap_or(0),
        organisation: row.text(2)?,
        jwks: row.text(3)?,
    })
}

fn staff_row(row: &Row<'_>) -> Result<Staff, StoreError> {
    Ok(Staff {
        staff: row.text(0)?,
        kind: u8::try_from(row.int(1)?).unwrap_or(0),
        organisation: row.text(2)?,
        name: row.text(3)?,
    })
}

fn institution_row(row: &Row<'_>) -> Result<Institution, StoreError> {
    Ok(Institution {
        code: row.text(0)?,
        name: row.text(1)?,
        kind: row.text(2)?,
        municipality: row.text(3)?,
        tasks: row.text(4)?,
        uses_subsidy: row.int(5)? != 0,
    })
}

pub(crate) fn setting(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    conn.one("select value from setting where name = $1", params![name], |row| row.blob(0))
}

pub(crate) fn put_setting(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), StoreError> {
    conn.run(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}
