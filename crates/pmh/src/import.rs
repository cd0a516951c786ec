//! `pmh import`: registries by CSV file, with errors by row and column and a result file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use hub::import::{Insured, RowResult, import_insured};
use hub::intake::csv;
use hub::{Hub, TaskKind, Worker, accept_registration, read_task};

use crate::home::Home;
use crate::serve;

/// Load a registry from a CSV file (UTF-8, a header row; columns in any order).
#[derive(Debug, Args)]
pub(crate) struct ImportCommand {
    /// The data folder of a hub that is not running.
    #[arg(long, default_value = "pmh-data")]
    data: PathBuf,
    /// The insured-person registry: insurer_number, insurer_name, symbol, number, branch, name,
    /// kana, birth, sex, address, valid_from, valid_to, share_percent.
    #[arg(long, value_name = "FILE", required_unless_present = "certificates")]
    insured: Option<PathBuf>,
    /// Certificates of one municipality: the items of the registration interface as columns.
    #[arg(long, value_name = "FILE", requires = "municipality")]
    certificates: Option<PathBuf>,
    /// 全国地方公共団体コード of the municipality whose certificates they are, or that decides held
    /// links of insured persons.
    #[arg(long, value_name = "CODE")]
    municipality: Option<String>,
    /// Where the result of every row goes; beside the input by default.
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
}

impl ImportCommand {
    pub(crate) fn run(&self) -> Result<(), String> {
        let home = Home::open(&self.data)?;
        serve::runtime()?.block_on(async {
            let hub = home.hub("http://import.invalid", true)?;
            if let Some(file) = &self.insured {
                self.insured(&hub, file).await?;
            }
            if let Some(file) = &self.certificates {
                self.certificates(&hub, file).await?;
            }
            Ok(())
        })
    }

    async fn insured(&self, hub: &Arc<Hub>, file: &Path) -> Result<(), String> {
        let bytes = read(file)?;
        let rows = csv::insured(&bytes, &hub.book().numbers).map_err(|fault| fault.to_string())?;
        let owner = self.municipality.clone().unwrap_or_default();
        let good: Vec<Insured> = rows
            .iter()
            .filter_map(|row| row.as_ref().ok())
            .map(|row| Insured {
                five: row.five.clone(),
                insurance: row.insurance.clone(),
                owner: owner.clone(),
            })
            .collect();
        let taken = import_insured(hub, good, |_| {}).await.map_err(|refusal| refusal.en)?;
        let mut taken = taken.into_iter();
        let lines = rows.iter().enumerate().map(|(at, row)| match row {
            Err(fault) => csv::result_line(at + 2, "refused", fault),
            Ok(_) => match taken.next() {
                Some(RowResult::Taken) => csv::taken_line(at + 2, "accepted", ""),
                Some(RowResult::Held(case)) => csv::taken_line(at + 2, "held", &case),
                Some(RowResult::Refused(finding)) => {
                    csv::taken_line(at + 2, "refused", &finding.ja)
                }
                None => csv::taken_line(at + 2, "refused", ""),
            },
        });
        self.write(file, &lines.collect::<Vec<_>>())
    }

    /// Certificates go the way of the interface: one batch after another, a result for each record.
    async fn certificates(&self, hub: &Arc<Hub>, file: &Path) -> Result<(), String> {
        let municipality = self.municipality.clone().unwrap_or_default();
        let bytes = read(file)?;
        let records = csv::certificates(&bytes).map_err(|fault| fault.to_string())?;
        let caller = domain::access::Caller {
            role: domain::access::Role::MunicipalitySystem,
            organisation: municipality,
            actor: "import".to_owned(),
            terminal: String::new(),
            resident: None,
        };
        let mut lines: Vec<String> = records
            .iter()
            .enumerate()
            .map(|(at, record)| match record {
                Ok(_) => csv::taken_line(at + 2, "accepted", ""),
                Err(fault) => csv::result_line(at + 2, "refused", fault),
            })
            .collect();
        for batch in csv::batches(&records) {
            let bodies: Vec<&str> = batch.iter().map(|(_, record)| *record).collect();
            let body = format!("[{}]", bodies.join(","));
            let kind = TaskKind::MedicalSubsidy;
            let task = accept_registration(hub, &caller, kind, body.into_bytes(), None)
                .await
                .map_err(|refusal| refusal.en)?;
            Worker::new(Arc::clone(hub)).finish().await.map_err(|refusal| refusal.en)?;
            let (_, rows) = read_task(hub, &caller, &task.name, 0, task.total)
                .await
                .map_err(|refusal| refusal.en)?;
            for row in rows {
                let (at, _) = batch[row.position as usize];
                lines[at] = csv::taken_line(at + 2, word(row.result), &row.findings);
            }
        }
        self.write(file, &lines)
    }

    fn write(&self, input: &Path, lines: &[String]) -> Result<(), String> {
        let path = self.result.clone().unwrap_or_else(|| input.with_extension("result.csv"));
        let refused = lines.iter().filter(|line| line.contains(",refused,")).count();
        let held = lines.iter().filter(|line| line.contains(",held,")).count();
        let text = format!("row,result,column,message\r\n{}", lines.concat());
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        let (total, path) = (lines.len(), path.display());
        serve::say(&format!("{total} rows: {refused} refused, {held} held; results in {path}"));
        Ok(())
    }
}

const fn word(result: store::task::RecordResult) -> &'static str {
    match result {
        store::task::RecordResult::Accepted => "accepted",
        store::task::RecordResult::Refused => "refused",
        store::task::RecordResult::Held => "held",
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}
