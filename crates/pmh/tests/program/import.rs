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

const DOSES: &str = "modification,my_number,key,name,kana,birth,sex,address,dose_key,product,date,\
                     amount_ml,lot,institution_code,routine\n";

#[test]
fn every_row_of_past_doses_has_a_result() {
    let folder = Folder::new("import-doses");
    assert!(with_catalogue(&folder.0, CATALOGUE).status.success());
    let five = "試験花子,シケンハナコ,2024-05-01,2,宮崎県都城市1";
    let (good, other) = ("999000000016", "999000000024");
    let file = format!(
        "\u{feff}{DOSES}\
         1,{good},K1,{five},d1,mr,2025-05-01,0.5,A,4510210018,1\n\
         1,{other},K2,試験次郎,シケンジロウ,2023-05-01,1,宮崎県都城市2,,,,,,,\n\
         \n\
         1,{good},,,,,,,d2,bcg,2024-10-01,,,4510210019,true\n\
         1,999000000010,K3,試験三郎,,2023-06-01,1,宮崎県都城市3,d1,mr,2024-07-01,,,,\n\
         1,999000000032,K4,試験四郎,シケンシロウ,2023-07-01,1,宮崎県都城市4,d1,mr,2024-07-01,,,,\n\
         1,999000000032,,,,,,,d2,no,2024-07-01,,,,\n\
         1,999000000032,,,,,,,d3,bcg,2023-12-01,5 mL,,,\n\
         1,{good}\n"
    );
    let want = [
        "2 accepted  ",
        "3 accepted  ",
        "5 accepted institution_code check-digit",
        "6 refused my_number check-digit",
        "7 refused  person-refused",
        "8 refused  person-refused",
        "9 refused amount_ml wrong-value",
        "10 refused  row-broken",
    ];
    let city = ["--municipality", "452025"];
    let once = imported(&folder.0, "--immunization", &file, &city);
    assert_eq!(once, (2, want.map(str::to_owned).into()));
    let again = imported(&folder.0, "--immunization", &file, &city);
    assert_eq!(again, once, "sent again, nothing is another");
    let mended = file.replace("5 mL", "").replace(",no,", ",xx,");
    let (_, got) = imported(&folder.0, "--immunization", &mended, &city);
    let want = ["7 refused  person-refused", "8 refused product unknown-product"];
    assert_eq!(got[4..6], want.map(str::to_owned));
}

#[test]
fn a_file_of_another_system_is_imported_by_a_mapping() {
    let folder = Folder::new("import-mapped");
    assert!(with_catalogue(&folder.0, CATALOGUE).status.success());
    let mapping = folder.0.join("mapping.toml");
    let write = |text: &str| std::fs::write(&mapping, text).unwrap();
    let good = "
        days = 'written'
        ignore = ['備考']
        [columns]
        my_number = '個人番号'
        key = '宛名番号'
        name = ['氏', '名']
        birth = '生年月日'
        sex = '性別'
        address = '住所'
        dose_key = ['ワクチン', '回']
        product = 'ワクチン'
        date = '接種日'
        [constants]
        modification = '1'
        [values.product]
        'M001' = 'mr'
        [values.sex]
        '男' = '1'
        '女' = '2'
    ";
    write(good);
    let file = "個人番号,宛名番号,氏,名,生年月日,性別,住所,ワクチン,回,接種日,備考\n\
                999000000016,K1,試験,花子,令和6年5月1日,女,宮崎県都城市1,M001,1,R7.5.1,x\n\
                999000000024,K2,試験,次郎,R5.5.1,男,宮崎県都城市2,M002,1,R6.5.1,x\n";
    let more = ["--municipality", "452025", "--mapping", text(&mapping)];
    let want = ["2 accepted  ", "3 refused ワクチン unknown-value"].map(str::to_owned);
    assert_eq!(imported(&folder.0, "--immunization", file, &more), (2, want.into()));

    let (input, data) = (folder.0.join("in.csv"), folder.0.join("data"));
    let line = ["import", "--data", text(&data), "--immunization", text(&input)];
    for (mapping, want) in [
        (
            good.replace("'接種日'", "'接種年月日'"),
            "Line 13 of the mapping: the file has no column",
        ),
        (
            good.replace("        date = ", "        day = "),
            "Line 13 of the mapping: There is no such",
        ),
        (good.replace("['備考']", "[]"), "These columns are not used: 備考"),
    ] {
        write(&mapping);
        let output = pmh(&[&line[..], &more].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(want), "{said}");
        assert_eq!(output.status.code(), Some(1), "{said}");
    }
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
        (&data, vec!["--mapping", "x.toml"], "--immunization"),
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
