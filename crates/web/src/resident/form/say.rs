//! What the pages of a form say, in three languages.

use domain::finding::Finding;
use domain::form::{Form, Item, Kind, Language, State, write_tenths};
use domain::immunization::DoseName;
use hub::immunization::form::SeriesName;

/// Japanese, English, やさしい日本語.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say(&'static str, &'static str, &'static str);

impl Say {
    pub(super) const fn of(self, language: Language) -> &'static str {
        match language {
            Language::Japanese => self.0,
            Language::English => self.1,
            Language::Easy => self.2,
        }
    }
}

/// Every language with its name in addresses and its name for people.
pub(super) const LANGUAGES: [(Language, &str, &str); 3] = [
    (Language::Japanese, "ja", "日本語"),
    (Language::English, "en", "English"),
    (Language::Easy, "easy", "やさしい日本語"),
];

pub(super) fn language(name: Option<&str>) -> Language {
    let known = LANGUAGES.iter().find(|(_, known, _)| Some(*known) == name);
    known.map_or(Language::Japanese, |(language, _, _)| *language)
}

pub(super) const LIST: Say = Say("予診票", "Pre-visit forms", "予防接種の 前に 書く 紙");
pub(super) const LANGUAGE: Say = Say("ことば", "Language", "ことば");
pub(super) const BACK_HOME: Say = Say("← ページへ戻る", "← Back to the page", "← ページへ もどる");
pub(super) const BACK_LIST: Say = Say("← 予診票の一覧", "← All forms", "← 紙の 一覧");
pub(super) const FOR: Say = Say("接種を受ける人", "For", "注射を うける 人");
pub(super) const WRITE: Say = Say("予診票を書く", "Fill in the form", "紙を 書く");
pub(super) const GO_ON: Say = Say("続きを書く", "Go on", "つづきを 書く");
pub(super) const LOOK: Say = Say("見る・直す", "Look or change", "見る・なおす");
pub(super) const SHOW: Say = Say("見る", "Look", "見る");
pub(super) const PAPER: Say = Say("紙に印刷する", "Print for paper", "紙に 印刷する");
pub(super) const PRINT: Say = Say("印刷用に開く", "Open to print", "印刷の ページを 開く");
pub(super) const NOTHING: Say = Say(
    "いま書く予診票はありません",
    "There is no form to fill in now",
    "いま 書く 紙は ありません",
);
pub(super) const NOT_FOLLOWED: Say = Say(
    "予防接種の登録がまだ市区町村から届いていません。紙の予診票をお使いになるか、市区町村の窓口でお尋ねください。",
    "No municipality has registered this person for immunisation yet. Use the form on paper, or ask at the \
     city hall.",
    "まちからの 登録が まだ ありません。紙の 予診票を 使うか、市役所などで 聞いて ください。",
);
pub(super) const OTHERS_SIGN: Say = Say(
    "ここにない予診票には、保護者の方がお子さんのページで書くものと、本人が自分のページで書くものがあります。",
    "Some forms are not here: a guardian fills them in on the child's page, or the person on their own.",
    "ここに ない 紙は、お父さん・お母さん などが 子どもの ページで 書くか、本人が 自分の ページで 書きます。",
);
pub(super) const STEP: Say = Say("手順", "Step", "ページ");
pub(super) const NEXT: Say = Say("次へ", "Next", "つぎへ");
pub(super) const BACK: Say = Say("前へ", "Back", "まえへ");
pub(super) const LATER: Say = Say(
    "ここまでを保存して、あとで続ける",
    "Save and go on later",
    "ここまで のこして、あとで 書く",
);
pub(super) const YES: Say = Say("はい", "Yes", "はい");
pub(super) const NO: Say = Say("いいえ", "No", "いいえ");
pub(super) const OPTIONAL: Say = Say("任意", "optional", "書かなくても いい");
pub(super) const KNOWN: Say = Say(
    "登録から入れてある答えがあります。違うときは直してください。",
    "Some answers come from the register. Correct what is not right.",
    "もう 書いて ある ところが あります。ちがって いたら なおして ください。",
);
pub(super) const WITHHELD: Say = Say(
    "記入済みです（ここには表示しません）。変えるときだけ書いてください。",
    "This is filled in, and not shown here. Write only to change it.",
    "もう 書いて あります（ここでは 見えません）。かえる ときだけ 書いて ください。",
);
pub(super) const WITHHELD_SHORT: Say =
    Say("記入済み（表示しません）", "Filled in (not shown)", "書いて あります（見えません）");
pub(super) const RESUBMIT: Say = Say(
    "提出済みです。答えを変えると、もう一度、同意と提出が必要になります。",
    "It is handed in. If you change an answer, consent and hand it in again.",
    "もう 出して あります。こたえを かえたら、もう一度 出して ください。",
);
pub(super) const SOME_WRONG: Say = Say(
    "答えていない質問か、直すところがあります。ほかの答えは保存しました。",
    "Some questions are open or need correction. The other answers are saved.",
    "まだ こたえて いない ところか、なおす ところが あります。ほかの こたえは のこって います。",
);
pub(super) const CHECK: Say = Say("答えを確かめる", "Check your answers", "こたえを たしかめる");
pub(super) const EDIT: Say = Say("直す", "Change", "なおす");
pub(super) const UNANSWERED: Say =
    Say("まだ答えていません", "Not answered yet", "まだ こたえて いません");
pub(super) const BLANK: Say = Say("記入なし", "Left blank", "書いて いません");
pub(super) const TALK: Say = Say(
    "当日、医師に相談してください。",
    "Please talk to the physician about this on the day.",
    "その日、医者に 話して ください。",
);
pub(super) const TO_CONSENT: Say =
    Say("同意の確認へ進む", "Go on to the consent", "さいごの かくにんへ");
pub(super) const CONSENT: Say = Say("同意と提出", "Consent and hand in", "かくにんして 出す");
pub(super) const EXPLAINED: Say = Say("説明の確認", "The explanation", "説明の かくにん");
pub(super) const CHOOSE: Say = Say("接種について", "The vaccination", "予防接種を");
pub(super) const NAME: Say = Say("氏名", "Name", "名前");
pub(super) const SIGNS_AS: Say = Say("同意する人", "Who consents", "だれが 決めるか");
pub(super) const SUBMIT: Say = Say("提出する", "Hand in", "出す");
pub(super) const DONE: Say = Say("提出しました", "It is handed in", "出しました");
pub(super) const DONE_NOTE: Say = Say(
    "受付までは、いつでも直せます。当日の朝に体温を測り、体調が変わったときは答えを直してください。",
    "You may change it until the clinic receives it. Take the temperature on the morning of the visit, and \
     change your answers if something has changed.",
    "病院で 出す までは、なおす ことが できます。その日の 朝、体温を はかって ください。ぐあいが \
     わるく なったら、こたえを なおして ください。",
);
pub(super) const NOT_AGREED: Say = Say(
    "「接種に同意しません」として提出しました。考えが変わったときは、受付までは直せます。",
    "It is handed in as not agreeing to the vaccination. If you change your mind, change it before \
     reception.",
    "「予防接種を うけません」と 出しました。考えが かわったら、なおして ください。",
);
pub(super) const BRING: Say = Say("持っていくもの", "What to bring", "もって いく もの");
pub(super) const BRINGS: [Say; 3] = [
    Say(
        "接種を受ける人のマイナンバーカード（ないときは資格確認書など）",
        "The My Number card of whoever is vaccinated, or the certificate of insurance",
        "注射を うける 人の マイナンバーカード（ない ときは 資格確認書）",
    ),
    Say(
        "母子健康手帳（お子さん、妊娠中の方）",
        "The maternal and child health handbook (children, pregnant persons)",
        "母子健康手帳（子ども、おなかに 赤ちゃんが いる 人）",
    ),
    Say(
        "お薬手帳、市区町村から届いた案内（お持ちの方）",
        "The medicine notebook and letters from the city, if you have them",
        "お薬手帳、まちから とどいた 手紙（ある 人）",
    ),
];
pub(super) const FROZEN: Say =
    Say("医療機関が受け付けました", "The clinic has received it", "病院が うけとりました");
pub(super) const FROZEN_NOTE: Say = Say(
    "答えはもう変えられません。変わったことや心配なことは、医療機関の窓口か医師に伝えてください。",
    "The answers can no longer be changed. Tell the desk or the physician what has changed or worries you.",
    "もう なおす ことは できません。かわった ことや しんぱいな ことは、病院の 人に 話して ください。",
);
pub(super) const WITHDRAW: Say = Say("予診票を取り下げる", "Withdraw the form", "紙を とりけす");
pub(super) const WITHDRAW_NOTE: Say = Say(
    "人を間違えたときなどに取り下げます。あとから新しく書けます。",
    "For instance if it was for the wrong person. You may begin a new one afterwards.",
    "人を まちがえた ときなどに とりけします。あとで 新しく 書けます。",
);
pub(super) const REASON: Say = Say("理由", "Reason", "どうして");
pub(super) const PHYSICIAN: Say = Say("医師記入欄", "Physician", "医者が 書く");
pub(super) const QUESTION: Say = Say("質問事項", "Question", "しつもん");
pub(super) const ANSWER: Say = Say("回答欄", "Answer", "こたえ");
pub(super) const SIGNED: Say = Say("署名", "Signature", "サイン");
pub(super) const DATE: Say = Say("日付", "Date", "日にち");
pub(super) const DOCTOR: Say = Say("医師の署名", "Signature of the physician", "医者の サイン");
/// What the clinic writes down of the dose, as the usual layout has it.
pub(super) const RECORD: [Say; 6] = [
    Say("使用ワクチン名", "Vaccine", "ワクチンの 名前"),
    Say("ロット番号", "Lot", "ロット番号"),
    Say("接種量・接種方法", "Volume and route", "りょう・うちかた"),
    Say("接種部位", "Site", "うった ところ"),
    Say("実施場所・医師名", "Place and physician", "場所・医者の 名前"),
    Say("接種年月日", "Day of the dose", "うった 日"),
];

/// Where a sheet stands.
pub(super) const fn state(state: Option<State>) -> Say {
    match state {
        None | Some(State::Withdrawn) => Say("未記入", "Not begun", "まだ 書いて いません"),
        Some(State::Draft) => Say("書きかけ", "Draft", "書いて いる ところ"),
        Some(State::Submitted) => Say("提出済み", "Handed in", "出しました"),
        Some(State::Received) => Say("受付済み", "Received", "病院が うけとりました"),
    }
}

pub(super) fn series(name: &SeriesName, language: Language) -> &str {
    if language == Language::English { &name.en } else { &name.ja }
}

pub(super) fn dose(dose: Option<DoseName>, language: Language) -> String {
    match (dose, language) {
        (Some(DoseName::Primary(number)), Language::English) => format!("dose {number}"),
        (Some(DoseName::Primary(number)), _) => format!("{number}回目"),
        (Some(DoseName::Booster), Language::English) => "booster".to_owned(),
        (Some(DoseName::Booster), _) => "追加".to_owned(),
        (None, _) => String::new(),
    }
}

/// A finding at its question, which needs no repeating.
pub(super) fn fault(finding: &Finding, form: &Form, language: Language) -> String {
    let item = form.item(&finding.at);
    let own = item.and_then(|item| own_words(finding.code, item, language));
    let whole = if language == Language::English { &finding.en } else { &finding.ja };
    own.unwrap_or_else(|| whole.clone())
}

fn own_words(code: &str, item: &Item, language: Language) -> Option<String> {
    let say = |ja, en, easy| Some(Say(ja, en, easy).of(language).to_owned());
    match code {
        "form-required" => say(
            "まだ答えていません。答えてください。",
            "This is not answered yet; answer it.",
            "まだ こたえて いません。こたえて ください。",
        ),
        "form-unreadable" => Some(unreadable(&item.kind).of(language).to_owned()),
        "form-too-long" | "form-out-of-range" => Some(bounds(&item.kind, language)),
        "form-future" => say(
            "今日より後の日付です。確かめて直してください。",
            "That day lies after today; correct it.",
            "今日より あとの 日です。なおして ください。",
        ),
        "form-character" => say(
            "使えない文字が入っています。消してください。",
            "There is a character that cannot be kept; delete it.",
            "使えない 文字が あります。けして ください。",
        ),
        "my-number-in-text" => say(
            "個人番号（マイナンバー）とみられる12桁の数字があります。書かないでください。",
            "Twelve digits here look like a My Number; do not write it.",
            "マイナンバーの 12けたの 数字は 書かないで ください。",
        ),
        _ => None,
    }
}

const fn unreadable(kind: &Kind) -> Say {
    match kind {
        Kind::Date { .. } => Say(
            "年月日で答えてください（例 2026-11-24）。",
            "Write a day, as 2026-11-24.",
            "日にちを 書いて ください（例 2026-11-24）。",
        ),
        Kind::Decimal { .. } => Say(
            "小数第1位までの数字で答えてください（例 36.5）。",
            "Write a number, as 36.5.",
            "数字を 書いて ください（例 36.5）。",
        ),
        Kind::Number { .. } => {
            Say("数字で答えてください。", "Write a whole number.", "数字を 書いて ください。")
        }
        _ => Say("選択肢から選んでください。", "Choose one of the answers.", "えらんで ください。"),
    }
}

fn bounds(kind: &Kind, language: Language) -> String {
    let (least, most) = match kind {
        Kind::Text { max_length } => {
            return match language {
                Language::English => format!("Write at most {max_length} characters."),
                Language::Japanese => format!("{max_length}文字までにしてください。"),
                Language::Easy => format!("{max_length}文字までで 書いて ください。"),
            };
        }
        Kind::Decimal { least, most } => (write_tenths(*least), write_tenths(*most)),
        Kind::Number { least, most } => (least.to_string(), most.to_string()),
        _ => return unreadable(kind).of(language).to_owned(),
    };
    match language {
        Language::English => format!("It must be from {least} to {most}."),
        Language::Japanese => format!("{least}から{most}までで答えてください。"),
        Language::Easy => format!("{least}から {most}までの 数字を 書いて ください。"),
    }
}
