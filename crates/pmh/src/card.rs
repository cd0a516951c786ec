//! `pmh card`: the test CA and the virtual cards, by hand.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::instant::Instant;
use domain::person::Birth;
use reader::Algorithm;
use reader::ca::Reason;
use reader::card::{Challenge, Holder, Pins, SoftCard};
use reader::directory::{Directory, DirectoryError};

/// Characters of YYYY-MM-DD.
const BIRTH_CHARACTERS: usize = 10;

/// Test cards: issue, sign with, revoke and list virtual My Number cards.
#[derive(Debug, Args)]
pub(crate) struct CardCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a card (and the test CA, if there is none yet); prints the card's number.
    Issue(Issue),
    /// Answer a challenge; prints the JSON members of the eligibility call.
    Sign(Sign),
    /// Revoke both certificates of a card and publish new lists of revocations.
    Revoke(Revoke),
    /// List the cards.
    List {
        /// The folder of the test CA.
        #[arg(long)]
        dir: PathBuf,
        /// As a file for `pmh import --cards`: the certificates that are neither revoked nor over.
        #[arg(long)]
        csv: bool,
    },
}

#[derive(Debug, Args)]
struct Issue {
    /// The folder of the test CA; made if it is missing.
    #[arg(long)]
    dir: PathBuf,
    /// 氏名 on the card; a synthetic person's.
    #[arg(long, default_value = "試験 太郎")]
    name: String,
    /// The name in kana.
    #[arg(long, default_value = "シケン タロウ")]
    kana: String,
    /// Date of birth, YYYY-MM-DD, not in the future.
    #[arg(long, default_value = "1990-01-01")]
    birth: String,
    /// 1 male, 2 female, 9 unknown.
    #[arg(long, default_value = "1", value_parser = ["1", "2", "9"])]
    sex: String,
    /// 住所
    #[arg(long, default_value = "試験県試験市一丁目1番1号")]
    address: String,
    /// RSA-2048 with SHA-256: today's card.
    #[arg(long, conflicts_with = "p384")]
    rsa: bool,
    /// ECDSA P-384 with SHA-384: the next card (the default; quick to make).
    #[arg(long)]
    p384: bool,
    /// PIN for signing in, 4 digits.
    #[arg(long, default_value = "1234")]
    pin: String,
    /// PIN for signatures, 6 to 16 of A-Z and 0-9.
    #[arg(long, default_value = "ABC123")]
    signature_pin: String,
}

#[derive(Debug, Args)]
struct Sign {
    /// The folder of the test CA.
    #[arg(long)]
    dir: PathBuf,
    /// The card's number.
    #[arg(long)]
    card: String,
    /// PIN, 4 digits; three wrong ones lock the card.
    #[arg(long)]
    pin: String,
    /// The challenge token that the hub gave: base64url, so it may begin with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    challenge: String,
    /// The hub's origin, as `https://pmh.example.jp`.
    #[arg(long)]
    origin: String,
    /// The institution's code.
    #[arg(long)]
    institution: String,
    /// The terminal's name.
    #[arg(long)]
    terminal: String,
}

#[derive(Debug, Args)]
struct Revoke {
    /// The folder of the test CA.
    #[arg(long)]
    dir: PathBuf,
    /// The card's number.
    #[arg(long)]
    card: String,
    /// Why.
    #[arg(long, value_enum, default_value = "lost")]
    reason: Why,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Why {
    /// Lost or stolen.
    Lost,
    /// An attribute has changed.
    Changed,
    /// A new card has taken its place.
    Renewed,
    /// Died or given back.
    Ended,
}

impl CardCommand {
    /// Does it, as of `at`, and prints the outcome.
    ///
    /// # Errors
    /// What to do.
    pub(crate) fn run(&self, at: Instant) -> Result<(), String> {
        let done = match &self.action {
            Action::Issue(issue) => {
                issue.check(at)?;
                issue.run(at)
            }
            Action::Sign(sign) => sign.run(),
            Action::Revoke(revoke) => revoke.run(at),
            Action::List { dir, csv: true } => list_csv(&Directory::new(dir), at),
            Action::List { dir, csv: false } => list(&Directory::new(dir), at),
        };
        done.map_err(|error| error.to_string())
    }
}

impl Issue {
    /// Whether there can be such a holder.
    fn check(&self, at: Instant) -> Result<(), String> {
        if self.name.trim().is_empty() {
            return Err("--name is empty: give the card a holder".to_owned());
        }
        let birth = Birth::parse(&self.birth).filter(|_| self.birth.len() == BIRTH_CHARACTERS);
        let Some(birth) = birth else {
            let birth = &self.birth;
            return Err(format!("--birth {birth}: write an existing day as YYYY-MM-DD"));
        };
        match birth.day() {
            Some(day) if day > at.day_in_japan() => {
                Err(format!("--birth {day} is in the future: check the year"))
            }
            _ => Ok(()),
        }
    }

    fn run(&self, at: Instant) -> Result<(), DirectoryError> {
        let algorithm = if self.rsa { Algorithm::Rsa2048 } else { Algorithm::P384 };
        let holder = Holder {
            name: self.name.clone(),
            kana: self.kana.clone(),
            birth: self.birth.clone(),
            sex: self.sex.clone(),
            address: self.address.clone(),
        };
        let pins = Pins { authentication: self.pin.clone(), signature: self.signature_pin.clone() };
        let card = Directory::new(&self.dir).issue(algorithm, holder, &pins, at)?;
        println!("{}", card.id());
        Ok(())
    }
}

impl Sign {
    fn run(&self) -> Result<(), DirectoryError> {
        let challenge = Challenge::from_token(
            &self.challenge,
            &self.origin,
            &self.institution,
            &self.terminal,
        )?;
        let answer = Directory::new(&self.dir).answer(&self.card, &self.pin, &challenge)?;
        println!("{}", answer.json());
        Ok(())
    }
}

impl Revoke {
    fn run(&self, at: Instant) -> Result<(), DirectoryError> {
        let reason = match self.reason {
            Why::Lost => Reason::KeyCompromise,
            Why::Changed => Reason::AffiliationChanged,
            Why::Renewed => Reason::Superseded,
            Why::Ended => Reason::CessationOfOperation,
        };
        Directory::new(&self.dir).revoke(&self.card, reason, at)?;
        println!("{} revoked", self.card);
        Ok(())
    }
}

fn list(directory: &Directory, at: Instant) -> Result<(), DirectoryError> {
    println!("card          kind     state    tries  until       serial            name");
    for card in directory.cards()? {
        println!("{}", row(&card, state(&card, directory.is_revoked(&card)?, at)));
    }
    Ok(())
}

/// The cards that the hub may take, as `pmh import --cards` reads them.
fn list_csv(directory: &Directory, at: Instant) -> Result<(), DirectoryError> {
    println!("generation,serial,name,kana,birth,sex,address");
    for card in directory.cards()? {
        if directory.is_revoked(&card)? || card.not_after() < at {
            continue;
        }
        let of = card.holder();
        let cells = [&of.name, &of.kana, &of.birth, &of.sex, &of.address];
        let cells = cells.map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        println!("{},{},{}", card.generation(), card.serial(), cells.join(","));
    }
    Ok(())
}

fn state(card: &SoftCard, revoked: bool, at: Instant) -> &'static str {
    match (revoked, card.tries_left().0) {
        (true, _) => "revoked",
        _ if card.not_after() < at => "expired",
        (false, 0) => "locked",
        (false, _) => "ready",
    }
}

fn row(card: &SoftCard, state: &str) -> String {
    let kind = match card.algorithm() {
        Algorithm::Rsa2048 => "rsa-2048",
        Algorithm::P384 => "p384",
    };
    let (id, tries) = (card.id(), card.tries_left().0);
    let (until, serial) = (card.not_after().day_in_japan(), card.serial());
    let name = &card.holder().name;
    format!("{id:12}  {kind:8} {state:8} {tries:5}  {until}  {serial:16}  {name}")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        action: Action,
    }

    #[test]
    fn a_challenge_may_begin_with_a_hyphen() {
        let line = [
            "x",
            "sign",
            "--dir",
            "d",
            "--card",
            "c",
            "--pin",
            "1234",
            "--challenge",
            "-iN3-",
            "--origin",
        ];
        let desk = ["http://hub.test", "--institution", "1", "--terminal", "受付1"];
        let parsed = Line::try_parse_from(line.iter().chain(&desk)).unwrap();
        assert!(format!("{parsed:?}").contains("-iN3-"), "{parsed:?}");
    }

    #[test]
    fn a_holder_has_a_name_and_was_born_on_a_day_that_was() {
        // 2026-11-23 in Japan.
        let at = Instant(1_795_359_600_000);
        for (name, birth, want) in [
            ("試験 太郎", "1990-05-01", "ok"),
            ("試験 太郎", "2026-11-23", "ok"),
            ("試験 太郎", "1948-00-00", "ok"),
            ("試験 太郎", "2026-11-24", "--birth 2026-11-24 is in the future"),
            ("試験 太郎", "1990-02-30", "--birth 1990-02-30: write an existing day"),
            ("試験 太郎", "1990", "--birth 1990: write"),
            ("試験 太郎", "", "--birth : write"),
            ("試験 太郎", "平成2年", "--birth 平成2年: write"),
            ("", "1990-05-01", "--name is empty"),
            ("　", "1990-05-01", "--name is empty"),
        ] {
            let line = ["pmh", "issue", "--dir", "x", "--name", name, "--birth", birth];
            let Action::Issue(issue) = Line::parse_from(line).action else { panic!("{line:?}") };
            let got = issue.check(at).err().unwrap_or_else(|| "ok".to_owned());
            assert!(got.starts_with(want), "{name} {birth}: {got}");
        }
    }
}
