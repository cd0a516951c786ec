//! `pmh import`: every row of a file has a line in the result file, whatever is wrong beside it.

use std::path::Path;
use std::process::{Command, Output};

use crate::process::Folder;

/// A catalogue of one municipality, one clinic and its people.
pub(crate) const CATALOGUE: &str = "
    [[municipality]]
    code = '452025'
    name = '宮崎県都城市'

    [[institution]]
    code = '4510210018'
    name = '都城見本クリニック'
    kind = '医科'
    municipality = '452025'
    uses_subsidy = true

    [[staff]]
    staff = 'desk'
    role = 'desk'
    organisation = '4510210018'
    name = '受付'
";

pub(crate) fn pmh(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pmh")).args(args).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Makes a data folder with a catalogue.
pub(crate) fn with_catalogue(folder: &Path, catalogue: &str) -> Output {
    let file = folder.join("catalogue.toml");
    std::fs::write(&file, catalogue).unwrap();
    pmh(&["catalogue", "put", text(&file), "--create", "--data", text(&folder.join("data"))])
}

/// Imports a file of a kind; gives the exit code and the lines of the result file without their
/// sentences: line, result, column, code.
fn imported(folder: &Path, kind: &str, file: &str, more: &[&str]) -> (i32, Vec<String>) {
    let (input, result) = (folder.join("in.csv"), folder.join("out.csv"));
    std::fs::write(&input, file).unwrap();
    let data = folder.join("data");
    let line = ["import", "--data", text(&data), kind, text(&input), "--result", text(&result)];
    let output = pmh(&[&line[..], more].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code().unwrap();
    assert!(code == 0 || code == 2, "{said}");
    let lines = std::fs::read_to_string(result).unwrap();
    let row = |line: &str| line.splitn(5, ',').take(4).collect::<Vec<_>>().join(" ");
    (code, lines.lines().skip(1).map(|line| row(line).replace('"', "")).collect())
}

const INSURED: &str = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,address,\
                       valid_from,valid_to,share_percent\n";

#[test]
fn every_row_of_insured_persons_has_a_result() {
    let folder = Folder::new("import-insured");
    assert!(with_catalogue(&folder.0, CATALOGUE).status.success());
    let file = format!(
        "{INSURED}\
         06130017,組合,１２,1,01,試験太郎,シケンタロウ,1990-05-01,1,宮崎県都城市1,2026-04-01,,30\n\
         \n\
         06130017,組合,１２,2,ABC,試験次郎,シケンジロウ,1990-13-01,1,宮崎県都城市1,2026-04-01,,30\n\
         06130017,組合\n\n\n\
         06130017,組合,１２,3,01,試験花子,シケンハナコ,1980-05-01,2,大阪府大阪市1,2026-04-01,,30\n\
         06130017,組合,１２,4,01,試験太郎,シケンタロウ,1990-05-01,1,宮崎県都城市2,2026-04-01,,30\n"
    );
    let want = [
        "2 accepted  ",
        "4 refused branch branch-form",
        "4 refused birth wrong-date",
        "5 refused  row-broken",
        "8 refused address owner-unknown",
        "9 held  link-held",
    ];
    assert_eq!(imported(&folder.0, "--insured", &file, &[]), (2, want.map(str::to_owned).into()));
    let again = imported(&folder.0, "--insured", &file, &["--municipality", "452025"]);
    let want = ["8 accepted  "].map(str::to_owned);
    assert_eq!((again.0, &again.1[4..5]), (2, &want[..]), "somebody decides for the last but one");
}

#[test]
fn every_row_of_certificates_has_a_result() {
    let folder = Folder::new("import-certificates");
    assert!(with_catalogue(&folder.0, CATALOGUE).status.success());
    let header = "orgSpecificCertificateTypeId,myNumber,isNotDisclosed,certificationDetail,\
         medicalSubsidyInsurerNumber,certificationName,medicalSubsidyRecipientNumber,\
         certificationSubKey,segment,incomeSegment,additionalConditions,\
         designatedMedicalInstitutions,isAlwaysReimbursement,maxCopaymentAmount,validFrom,\
         validTo,historyKey,isDeleted,name,nameKana,address,dateOfBirth,sex";
    let row = |number: &str, detail: &str, deleted: &str| {
        format!(
            "HITORI,{number},false,\"{detail}\",81136244,ひとり親,18,,,,,,0,,2026-04-01,\
             2027-03-31,H1,{deleted},試験花子,シケンハナコ,宮崎県,1990-05-01,2"
        )
    };
    let deep = format!("{}{}", "[".repeat(32), "]".repeat(32));
    let long = format!("[{{\"\"x\"\":\"\"{}\"\"}}]", "x".repeat(600 << 10));
    let unborn = row("999000000016", "[]", "true").replace("1990-05-01", "1990-13-01");
    let file = [
        header.to_owned(),
        // Only what ends needs no scheme master.
        row("999000000016", "[]", "true"),
        String::new(),
        row("999000000010", "[]", "true"),
        row("999000000016", "[]", "false"),
        "HITORI,999000000016".to_owned(),
        row("999000000016", &deep, "true"),
        row("999000000016", &long, "true"),
        unborn,
        row("999000000016", "[]", "true"),
    ]
    .join("\n");
    let (code, got) = imported(&folder.0, "--certificates", &file, &["--municipality", "452025"]);
    let want = [
        "2 accepted  superseded-in-batch",
        "2 accepted  nothing-to-end",
        "4 refused myNumber check-digit",
        "5 refused orgSpecificCertificateTypeId unknown-certificate-type",
        "6 refused  row-broken",
        "7 refused certificationDetail wrong-type",
        "8 refused  row-too-long",
        "9 refused dateOfBirth birth-form",
        "10 accepted  nothing-to-end",
    ];
    assert_eq!((code, got), (2, want.map(str::to_owned).into()));
}

#[test]
fn what_cannot_be_imported_is_said_before_anything_is_made() {
    let folder = Folder::new("import-wrong");
    assert!(with_catalogue(&folder.0, CATALOGUE).status.success());
    let file = folder.0.join("in.csv");
    std::fs::write(&file, INSURED).unwrap();
    let (data, typo) = (folder.0.join("data"), folder.0.join("dato"));
    for (data, more, want) in [
        (&typo, vec![], "there is no store; check --data, or make a new one with --create"),
        (&data, vec!["--municipality", "022080"], "municipality 022080 is not in the catalogue"),
        (&data, vec!["--cards", "x.csv"], "cannot be used with"),
    ] {
        let line = ["import", "--insured", text(&file), "--data", text(data)];
        let output = pmh(&[&line[..], &more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(want), "{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
    assert!(!typo.exists());
    let line = ["import", "--insured", text(&file), "--data", text(&typo), "--create"];
    assert_eq!(pmh(&line).status.code(), Some(0));
}
