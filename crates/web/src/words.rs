//! What people read: days, ages, names of roles and purposes.

use domain::access::{Basis, Purpose, Role};
use domain::audit::{Action, Outcome};
use domain::day::{Age, EraForm, attained};
use domain::instant::Instant;
use domain::person::{Birth, Sex};
use hub::{Hub, LookView};
use jiff::civil::Date;

use crate::look::part::{Moment, Tone};

/// 「令和8年8月1日」
pub(crate) fn day(hub: &Hub, day: Date) -> String {
    hub.book().calendar.write(day, EraForm::Kanji).unwrap_or_else(|_| day.to_string())
}

/// 「昭和60年4月1日（1985-04-01）」, or what is known.
pub(crate) fn birth(hub: &Hub, of: Birth) -> String {
    match of {
        Birth::Day(date) => format!("{}（{date}）", day(hub, date)),
        Birth::Month(year, month) => format!("{year}年{month}月（日は不詳）"),
        Birth::Year(year) => format!("{year}年（月日は不詳）"),
        Birth::Unknown => "不詳".to_owned(),
    }
}

/// 「41歳」, by the law of ages: one grows older on the eve of the birthday, at its end, so that on
/// the day itself the new age holds.
pub(crate) fn age(of: Birth, today: Date) -> String {
    let Birth::Day(born) = of else { return String::new() };
    let full = |years: u32| attained(born, Age::Years(years)).is_ok_and(|eve| eve < today);
    let years = (1..=130_u32).take_while(|years| full(*years)).count();
    format!("{years}歳")
}

/// 「0歳2か月」 of a child below three, whose vaccinations go by months; else as [`age`].
pub(crate) fn age_in_months(born: Date, today: Date) -> String {
    let full = |months: u32| attained(born, Age::Months(months)).is_ok_and(|eve| eve < today);
    match (1..=36_u32).take_while(|months| full(*months)).count() {
        36 => age(Birth::Day(born), today),
        months => format!("{}歳{}か月", months / 12, months % 12),
    }
}

pub(crate) const fn sex(of: Sex) -> &'static str {
    match of {
        Sex::Male => "男",
        Sex::Female => "女",
        Sex::Unknown => "記載なし",
    }
}

/// 「たった今」「3分前」「昨日 14:20」
pub(crate) fn ago(at: Instant, now: Instant) -> String {
    let seconds = now.seconds() - at.seconds();
    let days = (now.day_in_japan() - at.day_in_japan()).get_days();
    let full = at.for_people();
    let clock = full.get(11..).unwrap_or_default();
    match (seconds, days) {
        (..60, _) => "たった今".to_owned(),
        (60..3600, _) => format!("{}分前", seconds / 60),
        (_, 0) => format!("今日 {clock}"),
        (_, 1) => format!("昨日 {clock}"),
        _ => full,
    }
}

/// 「12,345」
pub(crate) fn grouped(number: i64) -> String {
    crate::look::picture::grouped(u64::try_from(number).unwrap_or(0))
}

/// Who looked. What one and the same did one after the other on one day is one entry.
pub(crate) fn moments(looks: &[LookView], now: Instant) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::new();
    let same = |a: &LookView, b: &LookView| {
        who(a) == who(b) && a.at.day_in_japan() == b.at.day_in_japan() && a.outcome == b.outcome
    };
    for (at, look) in looks.iter().enumerate() {
        let fresh = moment(look, now);
        match moments.last_mut().filter(|_| at > 0 && same(&looks[at - 1], look)) {
            Some(newest) => newest.before.push(fresh),
            None => moments.push(fresh),
        }
    }
    moments
}

fn moment(look: &LookView, now: Instant) -> Moment {
    let (result, tone) = match look.outcome {
        Outcome::Granted => ("表示・処理しました".to_owned(), Tone::Good),
        Outcome::Empty => ("見つかりませんでした".to_owned(), Tone::Plain),
        Outcome::Refused => (refused(&look.detail), Tone::Stop),
    };
    Moment {
        when: ago(look.at, now),
        at: look.at.for_people(),
        machine: look.at.rfc3339(),
        who: who(look),
        what: what(look),
        why: why(look),
        result,
        tone,
        before: Vec::new(),
    }
}

/// Why a look was refused, for the person whose record it was.
fn refused(reason: &str) -> String {
    let why = match reason.split(' ').next().unwrap_or_default() {
        "revoked" => "失効したカードでした",
        "expired" => "期限の切れたカードでした",
        "not-yet-valid" => "まだ有効でないカードでした",
        "revocation-unknown" => "カードが失効していないか確かめられませんでした",
        "not-disclosed" => "不開示です",
        "link-held" => "本人確認待ちです",
        _ => "権限がありませんでした",
    };
    format!("断りました（{why}）")
}

fn who(look: &LookView) -> String {
    match look.role {
        Role::Resident if look.by_self => "ご本人".to_owned(),
        Role::Resident => "保護者の方".to_owned(),
        Role::Operator => "運用者（資格情報の取り込み）".to_owned(),
        Role::Officer => format!("{}（職員）", look.organisation_name),
        Role::Desk | Role::InstitutionSystem | Role::MunicipalitySystem => {
            look.organisation_name.clone()
        }
    }
}

fn what(look: &LookView) -> String {
    let verb = match look.action {
        Action::Read => "見ました",
        Action::Write => "登録・更新しました",
        Action::Query => "調べました",
        Action::List => "一覧で見ました",
    };
    let parts: Vec<&str> = look
        .what
        .split(' ')
        .filter_map(|part| part.split_once(':'))
        .filter(|(_, count)| *count != "0")
        .filter_map(|(name, _)| part_name(name))
        .collect();
    if parts.is_empty() { verb.to_owned() } else { format!("{}を{verb}", parts.join("・")) }
}

fn part_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "identity" => "氏名など",
        "insurance" => "医療保険の資格",
        "certificate" => "受給者証",
        "relation" => "家族の関係",
        "checkup-target" => "検診の対象",
        "disclosures" => "見た人の記録",
        "dose" => "接種の記録",
        "immunization-target" => "予防接種の対象",
        "pre-visit-form" => "予診票",
        "notice" => "お知らせ",
        _ => return None,
    })
}

fn why(look: &LookView) -> String {
    let purpose = match look.purpose {
        Purpose::Eligibility => "受診時の資格確認",
        Purpose::OwnRecord => "ご自身の記録の確認",
        Purpose::ChildRecord => "お子さんの記録の確認",
        Purpose::Registration => "対象者の登録（自治体の事務）",
        Purpose::LinkDecision => "本人確認待ちの判断",
        Purpose::RegistryImport => "資格情報の取り込み",
        Purpose::SignIn => "サインイン",
        Purpose::Immunization => "予防接種の受付と記録",
        Purpose::ImmunizationCare => "予防接種の勧奨と確認（自治体の事務）",
    };
    let basis = match look.basis {
        Basis::CardWithConsent => "カードの提示と、受給者証の提供への同意",
        Basis::CardOnly => "カードの提示（受給者証は提供しない）",
        Basis::NumbersWithConsent => "被保険者番号と、受給者証の提供への同意",
        Basis::NumbersOnly => "被保険者番号（受給者証は提供しない）",
        Basis::Session => "カードによるサインイン",
        Basis::MunicipalTask => "法令に基づく事務",
        Basis::Registry => "資格情報の登録",
        Basis::NameAndBirth => "氏名と生年月日（カードが使えないとき）",
        Basis::OwnEntry => "その医療機関が記録したものの訂正",
    };
    format!("{purpose} — {basis}")
}
