//! What gates stopped, in words: errors that did not happen.

use domain::immunization::gate::Step;
use store::immunization::StopCount;

use crate::look::part::Tone;
use crate::look::picture::Slice;

/// One kind of error with its step, most frequent first.
pub(super) fn model(stops: &[StopCount]) -> Vec<Slice> {
    let slice = |stop: &StopCount| Slice {
        label: format!("{}：{}", step(&stop.step), kind(&stop.code)),
        count: stop.count.cast_unsigned(),
        tone: Tone::Info,
    };
    stops.iter().map(slice).collect()
}

fn step(code: &str) -> &str {
    match Step::ALL.into_iter().find(|step| step.code() == code) {
        Some(step) => step.ja(),
        None => code,
    }
}

/// The code as a short name of the error; a code that is not known here stands as it is.
fn kind(code: &str) -> &str {
    match code {
        "too-young" => "対象年齢より前",
        "too-old" => "対象年齢を過ぎていた",
        "not-in-window" => "対象期間の外",
        "excluded" => "対象の人ではない",
        "not-followed" => "対象者の登録がない",
        "product-not-in-force" => "定期接種に使わない製剤",
        "not-routine" => "定期接種のないワクチン",
        "gestation-unknown" => "妊娠週数が分からない",
        "interval-too-short" => "接種間隔が足りない",
        "live-vaccine-interval" => "生ワクチンの間隔が足りない",
        "already-complete" => "回数が済んでいた",
        "wrong-product" => "続けて使えない製剤",
        "other-product" => "手元のワクチンが違う",
        "amount-wrong" => "接種量の誤り",
        "amount-missing" => "接種量がない",
        "lot-expired" => "期限切れのワクチン",
        "lot-recalled" => "回収されたロット",
        "lot-missing" => "ロットか期限がない",
        "contraindicated" => "接種不適当",
        "fever" => "発熱",
        "sequence" => "接種の順番が違う",
        "caution" => "要注意者の判断がない",
        "answer-open" => "予診票の回答が確かめられていない",
        "other-person" => "別の人の予診票",
        "put-off" => "医師が見合わせた",
        "no-consent" => "同意がない",
        "consent-later" => "同意の日付の誤り",
        "wrong-route" => "接種経路の誤り",
        "site-missing" => "接種部位がない",
        "wrong-day" => "接種日の誤り",
        code => code,
    }
}

#[cfg(test)]
mod tests {
    use domain::immunization::Code;

    use super::*;

    #[test]
    fn every_code_of_the_engine_that_stops_a_dose_has_a_name() {
        for code in
            Code::ALL.iter().filter(|it| it.verdict() != domain::immunization::Verdict::Routine)
        {
            assert_ne!(kind(code.name()), code.name(), "{code:?}");
        }
        assert_eq!((step("sequence"), step("x"), kind("y")), ("回数と間隔", "x", "y"));
    }
}
