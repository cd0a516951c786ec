//! `pmh catalogue`: who takes part, from a file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::finding::Finding;
use hub::catalogue::{Catalogue, list_catalogue, put_catalogue};
use serde::Deserialize;
use store::catalogue::{Client, Institution, Municipality, Staff};

use crate::home::Home;
use crate::serve::{self, say};

/// Municipalities, institutions, systems and staff.
#[derive(Debug, Args)]
pub(crate) struct CatalogueCommand {
    #[command(subcommand)]
    action: Action,
    /// The data folder of a hub that is not running.
    #[arg(long, default_value = "pmh-data", global = true)]
    data: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Enter or replace what a TOML or JSON file lists: all of it, or nothing if an entry is
    /// refused. See docs/operating for its form.
    Put {
        /// The file, `.toml` or `.json`.
        file: PathBuf,
        /// Make the data folder if there is none.
        #[arg(long)]
        create: bool,
    },
    /// List everything, without keys.
    List,
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wire {
    municipality: Vec<WireMunicipality>,
    institution: Vec<WireInstitution>,
    client: Vec<WireClient>,
    staff: Vec<WireStaff>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMunicipality {
    code: String,
    name: String,
    #[serde(default)]
    about: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireInstitution {
    code: String,
    name: String,
    kind: String,
    municipality: String,
    #[serde(default)]
    tasks: String,
    #[serde(default)]
    uses_subsidy: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SystemOf {
    Municipality = 1,
    Institution = 2,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireClient {
    client: String,
    of: SystemOf,
    organisation: String,
    /// A file beside this one with the JWK set, public keys only.
    jwks: PathBuf,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Role {
    Desk = 1,
    Officer = 2,
    Operator = 3,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireStaff {
    staff: String,
    role: Role,
    #[serde(default)]
    organisation: String,
    name: String,
}

impl CatalogueCommand {
    pub(crate) fn run(&self) -> Result<(), String> {
        match &self.action {
            Action::Put { file, create } => self.put(file, *create),
            Action::List => self.list(),
        }
    }

    fn put(&self, file: &Path, create: bool) -> Result<(), String> {
        let catalogue = read(file)?;
        let open = if create { Home::open } else { Home::existing };
        let hub = open(&self.data)?.hub("http://catalogue.invalid", true)?;
        let count = catalogue.municipalities.len()
            + catalogue.institutions.len()
            + catalogue.clients.len()
            + catalogue.staff.len();
        let put = serve::runtime()?.block_on(put_catalogue(&hub, catalogue));
        match put.map_err(|refusal| refusal.en)? {
            Ok(warnings) => {
                warnings.iter().for_each(|of| say(&format!("warning: {}", told(of))));
                say(&format!("{count} entries kept"));
                Ok(())
            }
            Err(findings) => {
                let told: Vec<String> = findings.iter().map(told).collect();
                Err(format!("nothing was kept:\n{}", told.join("\n")))
            }
        }
    }

    fn list(&self) -> Result<(), String> {
        let hub = Home::existing(&self.data)?.hub("http://catalogue.invalid", true)?;
        let all = serve::runtime()?.block_on(list_catalogue(&hub)).map_err(|no| no.en)?;
        for of in all.municipalities {
            say(&format!("municipality  {:12} {} {}", of.code, of.name, of.about));
        }
        for of in all.institutions {
            let subsidy = if of.uses_subsidy { "subsidy" } else { "" };
            say(&format!("institution   {:12} {} {} {subsidy}", of.code, of.name, of.municipality));
        }
        for of in all.clients {
            say(&format!("client        {:12} {}", of.client, of.organisation));
        }
        for of in all.staff {
            say(&format!("staff         {:12} {} {}", of.staff, of.name, of.organisation));
        }
        Ok(())
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {} ({})", finding.at, finding.en, finding.code)
}

fn read(file: &Path) -> Result<Catalogue, String> {
    let wrong = |what: String| format!("{}: {what}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let json = file.extension().is_some_and(|ending| ending == "json");
    let wire: Wire = if json {
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?
    } else {
        toml::from_str(&text).map_err(|error| wrong(error.to_string()))?
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    let clients = wire.client.into_iter().map(|of| client(of, folder));
    Ok(Catalogue {
        municipalities: wire.municipality.into_iter().map(municipality).collect(),
        institutions: wire.institution.into_iter().map(institution).collect(),
        clients: clients.collect::<Result<_, String>>()?,
        staff: wire.staff.into_iter().map(staff).collect(),
    })
}

fn municipality(of: WireMunicipality) -> Municipality {
    Municipality { code: of.code, name: of.name, about: of.about }
}

fn institution(of: WireInstitution) -> Institution {
    Institution {
        code: of.code,
        name: of.name,
        kind: of.kind,
        municipality: of.municipality,
        tasks: of.tasks,
        uses_subsidy: of.uses_subsidy,
    }
}

fn client(of: WireClient, folder: &Path) -> Result<Client, String> {
    let path = folder.join(&of.jwks);
    let jwks = std::fs::read_to_string(&path);
    let jwks = jwks.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Client { client: of.client, kind: of.of as u8, organisation: of.organisation, jwks })
}

fn staff(of: WireStaff) -> Staff {
    Staff { staff: of.staff, kind: of.role as u8, organisation: of.organisation, name: of.name }
}
