//! `pmh import`: every row of a file has a line in the result file, whatever is wrong beside it.

use std::path::Path;
use std::process::Command;

use crate::process::Folder;

/// Imports a file of a kind; gives the result of each row: number, result, column.
fn imported(folder: &Path, kind: &str, file: &str) -> Vec<String> {
    let (input, result) = (folder.join("in.csv"), folder.join("out.csv"));
    std::fs::write(&input, file).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_pmh"))
        .args(["import", "--municipality", "452025", "--data"])
        .arg(folder.join("data"))
        .arg(kind)
        .arg(&input)
        .arg("--result")
        .arg(&result)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = std::fs::read_to_string(result).unwrap();
    let row = |line: &str| line.splitn(4, ',').take(3).collect::<Vec<_>>().join(" ");
    lines.lines().skip(1).map(row).collect()
}

#[test]
fn every_row_of_insured_persons_has_a_result() {
    let folder = Folder::new("import-insured");
    let file = "insurer_number,insurer_name,symbol,number,branch,name,kana,birth,sex,address,\
         valid_from,valid_to,share_percent\n\
         06130017,組合,１２,1,01,試験太郎,シケンタロウ,1990-05-01,1,東京都,2026-04-01,,30\n\
         06130017,組合,１２,2,01,試験次郎,シケンジロウ,1990-13-01,1,東京都,2026-04-01,,30\n\
         06130017,組合\n\
         06130017,組合,１２,3,01,試験花子,シケンハナコ,1980-05-01,2,大阪府,2026-04-01,,30\n";
    let want = ["2 accepted ", "3 refused \"birth\"", "4 refused \"\"", "5 accepted "];
    assert_eq!(imported(&folder.0, "--insured", file), want);
    assert_eq!(imported(&folder.0, "--insured", file), want, "a second time changes nothing");
}

#[test]
fn every_row_of_certificates_has_a_result() {
    let folder = Folder::new("import-certificates");
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
    let file = [
        header.to_owned(),
        // Only what ends needs no scheme master.
        row("999000000016", "[]", "true"),
        row("999000000010", "[]", "true"),
        row("999000000016", "[]", "false"),
        "HITORI,999000000016".to_owned(),
        row("999000000016", &deep, "true"),
        row("999000000016", &long, "true"),
        row("999000000016", "[]", "true"),
    ]
    .join("\n");
    let want = [
        "2 accepted ",
        "3 refused ",
        "4 refused ",
        "5 refused \"\"",
        "6 refused ",
        "7 refused \"\"",
        "8 accepted ",
    ];
    assert_eq!(imported(&folder.0, "--certificates", &file), want);
}
