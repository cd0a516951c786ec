//! `pmh import`: registries by CSV file, with errors by line and column and a result file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use domain::access::{Caller, Role};
use domain::finding::Finding;
use hub::import::{CardRow, Insured, RowResult, import_cards, import_insured};
use hub::intake::csv::{self, Mapping, Row, Said, Verdict};
use hub::{Hub, Refusal, TaskKind, Worker, accept_registration, list_catalogue, read_task};
use store::task::RecordResult;

use crate::home::Home;
use crate::progress;
use crate::{report, serve};

/// What the process says if the file was read but rows of it were refused.
const SOME_REFUSED: u8 = 2;
/// Results that are read at once.
const PAGE: u32 = 1_000;

/// What `--help` says below the options.
const HELP: &str = "\
The file is UTF-8, with or without a byte order mark, with a header row; columns in any order. A file
in Shift_JIS is refused: save it as UTF-8 first. The result file has a line for every
finding: the line of the file on which the row begins, the result of the row (accepted, held,
refused), the column, a code, and a sentence in Japanese and English. A held row is taken, but waits
for an officer and is shown to nobody until then.

--immunization: a row for each past dose, or for a person without one; the rows of a person, wherever
they stand, are one record, taken or refused as a whole. What is said of the person stands in any of
their rows; a row may leave it empty, none may contradict. Columns: modification, my_number, key
(these must be there), name, kana, birth, sex, address, lives_here_since, removal_date, due_date,
flags (joined by ;), and of the dose dose_key, product, date, amount_ml (millilitres as 0.5), lot,
expires, gtin, site, route, physician, institution_code, institution_name, routine, special, note,
correction_reason, is_deleted (true or false, 1 or 0). docs/immunization.md says what each means and
how --mapping makes them of another system's columns, values and days.

Exit code: 0 every row was taken (some may be held), 1 nothing was read (the options, the file or the
folder are wrong), 2 the file was read and some rows were refused.";

/// Load a registry from a CSV file.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ImportCommand {
    /// The data folder of a hub that is not running.
    #[arg(long, default_value = "pmh-data")]
    data: PathBuf,
    /// Make the data folder if there is none.
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    kind: Kind,
    /// A TOML file that says where the columns of --immunization come from.
    #[arg(long, value_name = "FILE", requires = "immunization")]
    mapping: Option<PathBuf>,
    /// 全国地方公共団体コード of the municipality whose certificates they are, or that decides held
    /// links; without it, the municipality in which the address of the row lies decides.
    #[arg(long, value_name = "CODE")]
    municipality: Option<String>,
    /// Where the results go; beside the input by default.
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Kind {
    /// The insured-person registry: insurer_number, insurer_name, symbol, number, branch, name,
    /// kana, birth, sex, address, valid_from, valid_to, share_percent.
    #[arg(long, value_name = "FILE")]
    insured: Option<PathBuf>,
    /// Certificates of one municipality: the items of the registration interface as columns.
    #[arg(long, value_name = "FILE", requires = "municipality")]
    certificates: Option<PathBuf>,
    /// User-authentication certificates of cards and phones, each a further link of its holder:
    /// generation, serial, name, kana, birth, sex, address (`pmh card list --csv` writes them).
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Residents followed for immunisation and their past doses, of one municipality: see below.
    #[arg(long, value_name = "FILE", requires = "municipality")]
    immunization: Option<PathBuf>,
}

/// What became of one row.
struct Outcome {
    line: u64,
    result: RecordResult,
    findings: Vec<Said>,
}

impl Outcome {
    fn new(line: u64, result: RecordResult, findings: &[Finding]) -> Self {
        Self { line, result, findings: findings.iter().map(Said::from).collect() }
    }
}

impl ImportCommand {
    pub(crate) fn run(&self) -> ExitCode {
        match serve::runtime().and_then(|runtime| runtime.block_on(self.import())) {
            Ok(0) => ExitCode::SUCCESS,
            Ok(_) => ExitCode::from(SOME_REFUSED),
            Err(message) => report(Err(message)),
        }
    }

    /// Gives how many rows were refused.
    async fn import(&self) -> Result<usize, String> {
        let open = if self.create { Home::open } else { Home::existing };
        let hub = open(&self.data)?.hub("http://import.invalid", true)?;
        self.municipality_is_known(&hub).await?;
        let kind = &self.kind;
        let (file, outcomes) = if let Some(file) = &kind.insured {
            (file, self.insured(&hub, file).await?)
        } else if let Some(file) = &kind.certificates {
            (file, self.certificates(&hub, file).await?)
        } else if let Some(file) = &kind.cards {
            (file, self.cards(&hub, file).await?)
        } else if let Some(file) = &kind.immunization {
            (file, self.immunization(&hub, file).await?)
        } else {
            return Err("name a file: see `pmh import --help`".to_owned());
        };
        self.write(file, &outcomes)
    }

    async fn municipality_is_known(&self, hub: &Hub) -> Result<(), String> {
        let Some(code) = &self.municipality else { return Ok(()) };
        let known = list_catalogue(hub).await.map_err(say)?.municipalities;
        match known.iter().any(|of| of.code == *code) {
            true => Ok(()),
            false => Err(format!(
                "municipality {code} is not in the catalogue; check the code, or enter it with \
                 `pmh catalogue put`"
            )),
        }
    }

    fn owner(&self) -> String {
        self.municipality.clone().unwrap_or_default()
    }

    async fn insured(&self, hub: &Arc<Hub>, file: &Path) -> Result<Vec<Outcome>, String> {
        let rows = csv::insured(&read(file)?, &hub.book().numbers).map_err(told)?;
        let row = |row: &csv::InsuredRow| Insured {
            five: row.five.clone(),
            insurance: row.insurance.clone(),
            owner: self.owner(),
        };
        let good: Vec<Insured> = good(&rows).map(row).collect();
        let total = good.len();
        let shown = |done| progress::show("insured", done, total);
        let taken = import_insured(hub, good, shown).await.map_err(say)?;
        Ok(outcomes(&rows, taken))
    }

    async fn cards(&self, hub: &Arc<Hub>, file: &Path) -> Result<Vec<Outcome>, String> {
        let rows = csv::cards(&read(file)?).map_err(told)?;
        let row = |row: &csv::CardCells| CardRow {
            generation: row.generation.clone(),
            serial: row.serial.clone(),
            five: row.five.clone(),
            owner: self.owner(),
        };
        let good: Vec<CardRow> = good(&rows).map(row).collect();
        let total = good.len();
        let shown = |done| progress::show("cards", done, total);
        let taken = import_cards(hub, good, shown).await.map_err(say)?;
        Ok(outcomes(&rows, taken))
    }

    /// Certificates go the way of the interface: one batch after another, a result for each record.
    async fn certificates(&self, hub: &Arc<Hub>, file: &Path) -> Result<Vec<Outcome>, String> {
        let rows = csv::certificates(&read(file)?).map_err(told)?;
        let first = |row: &Row<String>| match &row.read {
            Ok(_) => Outcome::new(row.line, RecordResult::Accepted, &[]),
            Err(findings) => Outcome::new(row.line, RecordResult::Refused, findings),
        };
        let mut outcomes: Vec<Outcome> = rows.iter().map(first).collect();
        let (mut done, total) = (0, good(&rows).count());
        for batch in csv::batches(&rows) {
            let kind = TaskKind::MedicalSubsidy;
            for (at, result, findings) in self.register(hub, kind, &batch).await? {
                outcomes[at].result = result;
                outcomes[at].findings = csv::of_task(&findings);
            }
            done += batch.len();
            progress::show("certificates", done, total);
        }
        Ok(outcomes)
    }

    /// People and their doses go the same way; what is said of a record stands at the rows of which
    /// it was made.
    async fn immunization(&self, hub: &Arc<Hub>, file: &Path) -> Result<Vec<Outcome>, String> {
        let mapping = self.mapping.as_deref().map(read).transpose()?;
        let mapping = mapping.map(|bytes| Mapping::parse(&bytes)).transpose().map_err(told)?;
        let calendar = &hub.book().calendar;
        let file =
            csv::doses(&read(file)?, &mapping.unwrap_or_default(), calendar).map_err(told)?;
        let people = file.people.len();
        let (accepted, refused) = (RecordResult::Accepted, RecordResult::Refused);
        let (mut results, mut verdicts) =
            (vec![accepted; people], vec![Verdict::default(); people]);
        let (mut done, total) = (0, good(&file.people).count());
        for batch in csv::batches(&file.people) {
            let kind = TaskKind::Immunization;
            for (at, result, findings) in self.register(hub, kind, &batch).await? {
                results[at] = result;
                verdicts[at] = Verdict::of_task(&findings);
            }
            done += batch.len();
            progress::show("immunization", done, total);
        }
        let outcome = |(line, judged, findings): (u64, Option<usize>, _)| {
            let result = judged.map_or(refused, |person| results[person]);
            Outcome { line, result, findings }
        };
        Ok(file.outcomes(&verdicts).map(outcome).collect())
    }

    /// Registers a batch; gives position in the file, result and findings of every record.
    async fn register(
        &self,
        hub: &Arc<Hub>,
        kind: TaskKind,
        batch: &[(usize, &str)],
    ) -> Result<Vec<(usize, RecordResult, String)>, String> {
        let caller = Caller {
            role: Role::MunicipalitySystem,
            organisation: self.owner(),
            actor: "import".to_owned(),
            terminal: String::new(),
            resident: None,
        };
        let bodies: Vec<&str> = batch.iter().map(|(_, record)| *record).collect();
        let body = format!("[{}]", bodies.join(",")).into_bytes();
        let task = accept_registration(hub, &caller, kind, body, None).await.map_err(say)?;
        Worker::new(Arc::clone(hub)).finish().await.map_err(say)?;
        let mut results = Vec::with_capacity(batch.len());
        for from in (0..task.total).step_by(PAGE as usize) {
            let (_, rows) = read_task(hub, &caller, &task.name, from, PAGE).await.map_err(say)?;
            results.extend(rows.into_iter().filter_map(|row| {
                let (at, _) = batch.get(row.position as usize)?;
                Some((*at, row.result, row.findings))
            }));
        }
        Ok(results)
    }

    fn write(&self, input: &Path, outcomes: &[Outcome]) -> Result<usize, String> {
        let path = self.result.clone().unwrap_or_else(|| input.with_extension("result.csv"));
        let lines =
            outcomes.iter().map(|of| csv::result_lines(of.line, word(of.result), &of.findings));
        let text: String = std::iter::once(csv::RESULT_HEADER.to_owned()).chain(lines).collect();
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        let count = |result| outcomes.iter().filter(|of| of.result == result).count();
        let (refused, held) = (count(RecordResult::Refused), count(RecordResult::Held));
        let (total, path) = (outcomes.len(), path.display());
        serve::say(&format!("{total} rows: {refused} refused, {held} held; results in {path}"));
        Ok(refused)
    }
}

fn good<T>(rows: &[Row<T>]) -> impl Iterator<Item = &T> {
    rows.iter().filter_map(|row| row.read.as_ref().ok())
}

/// Results of the rows that read, between those that do not.
fn outcomes<T>(rows: &[Row<T>], taken: Vec<RowResult>) -> Vec<Outcome> {
    let mut taken = taken.into_iter();
    let one = |row: &Row<T>| match &row.read {
        Err(findings) => Outcome::new(row.line, RecordResult::Refused, findings),
        Ok(_) => match taken.next() {
            Some(RowResult::Taken) => Outcome::new(row.line, RecordResult::Accepted, &[]),
            Some(RowResult::Held(case)) => {
                Outcome::new(row.line, RecordResult::Held, &[held(&case)])
            }
            Some(RowResult::Refused(finding)) => {
                Outcome::new(row.line, RecordResult::Refused, &[finding])
            }
            None => Outcome::new(row.line, RecordResult::Refused, &[]),
        },
    };
    rows.iter().map(one).collect()
}

fn held(case: &str) -> Finding {
    Finding::warn(
        "link-held",
        "",
        format!(
            "登録済みの方と似ていますが5情報が一致しないため、確認待ちにしました(確認番号 {case})。\
             自治体画面の「確認待ち」で判断してください。それまで誰にも表示されません。"
        ),
        format!(
            "Near to somebody registered, but the five attributes do not all agree: case {case} \
             waits for an officer and is shown to nobody until then."
        ),
    )
}

const fn word(result: RecordResult) -> &'static str {
    match result {
        RecordResult::Accepted => "accepted",
        RecordResult::Refused => "refused",
        RecordResult::Held => "held",
    }
}

fn say(Refusal { en, code, .. }: Refusal) -> String {
    format!("{en} ({code})")
}

fn told(Finding { en, code, .. }: Finding) -> String {
    format!("{en} ({code})")
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
