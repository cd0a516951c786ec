//! Files of past doses: what is sent twice, divided or in another order is recorded once.

use std::sync::Arc;

use fhir::profiles::immunization;
use hub::intake::csv::{Mapping, batches, doses};
use hub::{TaskKind, Worker, accept_registration};

use crate::harness::{Api, my_number};
use crate::immunization::{city, rows};

const HEADER: &str = "modification,my_number,key,name,kana,birth,sex,address,lives_here_since,\
                      dose_key,product,date,amount_ml,lot";
const PEOPLE: u32 = 3;

fn lines() -> Vec<String> {
    let dose = |n: u32, dose: u32, product: &str| {
        format!(
            "1,{},住民{n},試験{n},シケン,202{n}-05-01,1,宮崎県都城市試験町{n},202{n}-05-01,\
             接種{dose},{product},2025-0{dose}-01,0.5,LOT{dose}",
            my_number(n)
        )
    };
    (1..=PEOPLE)
        .flat_map(|n| [dose(n, 4, "mr"), dose(n, 5, "varicella"), dose(n, 6, "je")])
        .collect()
}

/// As `pmh import --immunization` does it.
async fn import(api: &Api, lines: &[String]) {
    let file = [&[HEADER.to_owned()], lines].concat().join("\n");
    let hub = &api.test.hub;
    let file = doses(file.as_bytes(), &Mapping::default(), &hub.book().calendar).unwrap();
    for batch in batches(&file.people) {
        let records: Vec<&str> = batch.iter().map(|(_, record)| *record).collect();
        let body = format!("[{}]", records.join(",")).into_bytes();
        let kind = TaskKind::Immunization;
        let task = accept_registration(hub, &city(), kind, body, None).await.unwrap();
        assert_eq!(task.total as usize, batch.len());
        Worker::new(Arc::clone(hub)).finish().await.unwrap();
    }
    api.test.pass_seconds(60);
}

/// Every dose with its version: key, version, vaccine, day, lot.
async fn recorded(api: &Api) -> Vec<String> {
    let mut told = Vec::new();
    for n in 1..=PEOPLE {
        for row in rows(api, n).await {
            let face = immunization::read(&row.body).unwrap();
            let lot = face.lot.unwrap_or_default();
            told.push(format!(
                "{n} {} {} {} {} {lot}",
                row.key, row.version, face.product, face.on
            ));
        }
    }
    told.sort();
    told
}

#[tokio::test]
async fn however_often_and_in_whatever_order_it_is_sent_a_dose_is_recorded_once() {
    let all = lines();
    let backwards: Vec<String> = all.iter().rev().cloned().collect();
    let (front, back) = all.split_at(4);
    let twice_in_one = [&all[..], &backwards].concat();
    let singly: Vec<&[String]> = backwards.chunks(1).collect();
    let mut first = None;
    for (how, files) in [
        ("whole", vec![&all[..]]),
        ("twice", vec![&all, &all]),
        ("backwards", vec![&backwards]),
        ("divided", vec![front, back]),
        ("divided, the second part first, then whole", vec![back, front, &all]),
        ("twice in one file", vec![&twice_in_one]),
        ("a file for each row", singly),
    ] {
        let api = Api::new().await;
        for file in files {
            import(&api, file).await;
        }
        let told = recorded(&api).await;
        assert_eq!(told.len(), all.len(), "{how}: {told:#?}");
        assert_eq!(&told, first.get_or_insert(told.clone()), "{how}");
    }
}
