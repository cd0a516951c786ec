//! How fast bodies are parsed and faces read. `cargo run --release -p fhir --example speed`

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::certificate::Certificate;
use fhir::index;
use fhir::json::{Limits, Tree, Writer};
use fhir::profiles::certificate;
use jiff::civil::date;

const LEAST: Duration = Duration::from_millis(300);

fn main() {
    let body = certificate::write(&sample(), "0123456789abcdef", "Patient/0123456789abcdef");
    let batch = batch(&body, 10_000);
    println!("certificate: {} bytes; batch: {} bytes", body.len(), batch.len());

    for (name, bytes) in [("certificate", &body), ("batch of 10,000", &batch)] {
        let seconds = seconds_each(|| Tree::parse(&bytes[..], &Limits::default()).map(drop));
        println!("parse {name}: {:.0} MB/s", bytes.len() as f64 / seconds / 1e6);
    }
    let micros = |seconds: f64| seconds * 1e6;
    let read = micros(seconds_each(|| certificate::read(&body)));
    println!("parse and face of a certificate: {read:.2} µs");
    let value = sample();
    let written = micros(seconds_each(|| certificate::write(&value, "c1", "Patient/p1")));
    println!("body of a certificate: {written:.2} µs");
    let tree = Tree::parse(&body[..], &Limits::default()).expect("our own body parses");
    let rows = micros(seconds_each(|| index::rows(fhir::Kind::CoverageCertificate, &tree)));
    println!("index rows of a certificate: {rows:.2} µs");
}

/// Seconds of one call, the best of five series.
fn seconds_each<T>(mut call: impl FnMut() -> T) -> f64 {
    let mut series = || {
        let (start, mut calls) = (Instant::now(), 0_u32);
        while start.elapsed() < LEAST {
            black_box(call());
            calls += 1;
        }
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    (0..5).map(|_| series()).fold(f64::INFINITY, f64::min)
}

fn batch(body: &[u8], records: usize) -> Vec<u8> {
    let text = str::from_utf8(body).expect("our own body is text");
    let mut writer = Writer::with_capacity(body.len() * records * 11 / 10);
    writer.array(|writer| (0..records).for_each(|_| writer.raw(text)));
    writer.finish()
}

fn sample() -> Certificate {
    Certificate {
        municipality: "452025".into(),
        type_id: "single-parent-01".into(),
        name: "ひとり親家庭等医療費受給資格者証（架空市の長い名称）".into(),
        payer_number: Some("81136244".into()),
        recipient_number: Some("0012345".into()),
        sub_key: None,
        segment: Some("01".into()),
        income_segment: Some("A-1".into()),
        additional_conditions: Some("01-02;03-04".into()),
        designated_institutions: None,
        always_reimbursed: false,
        max_copayment: Some("{\"month\":10000}".into()),
        valid_from: date(2026, 4, 1),
        valid_to: date(2027, 3, 31),
        history_key: "H-0001".into(),
        not_disclosed: false,
        details: "[]".into(),
    }
}
