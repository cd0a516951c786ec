//! The story in a real browser: what an officer, a desk and a resident see and do, with a picture of
//! every screen.
//!
//! The pictures lie below `target/`, or in the folder that `PMH_PICTURES` names. Without a browser
//! the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "tests")]

mod dose;
mod driver;

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use driver::{DESK, Driver, Look, PHONE, Window};

/// Narrowest phone that a page must fit, in CSS pixels: WCAG 2.2, 1.4.10 reflow.
const NARROWEST: Look = Look { width: 320, ..PHONE };

/// The demo as a child process, its story played.
struct Demo {
    child: Child,
    base: String,
    data: PathBuf,
    pictures: PathBuf,
}

impl Demo {
    fn start() -> Self {
        let data = std::env::temp_dir().join(format!("pmh-browser-{}", std::process::id()));
        let _was_not_there = std::fs::remove_dir_all(&data);
        let mut child = Command::new(env!("CARGO_BIN_EXE_pmh"))
            .args(["demo", "--json", "--port", "0", "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let base = lines
            .map(|line| serde_json::from_str::<serde_json::Value>(&line).unwrap())
            .inspect(|said| assert_ne!(said["held"], false, "{said}"))
            .find_map(|said| said["serving"].as_str().map(str::to_owned));
        let pictures = std::env::var_os("PMH_PICTURES").map_or_else(
            || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures"),
            PathBuf::from,
        );
        std::fs::create_dir_all(&pictures).unwrap();
        Self { child, base: base.unwrap(), data, pictures }
    }

    fn go(&self, window: &Window<'_>, path: &str) {
        window.go(&format!("{}{path}", self.base));
    }

    /// Enters as a one-click user of the start page.
    fn enter(&self, window: &Window<'_>, user: &str) {
        self.go(window, "/");
        window.click(&format!("button[value='{user}']"));
        window.wait_for("form[action='/leave']", "終了");
    }

    fn leave(&self, window: &Window<'_>) {
        window.click("form[action='/leave'] button");
        window.wait_for(".doors", "運用者");
    }

    fn picture(&self, window: &Window<'_>, name: &str) {
        window.picture(&self.pictures, name);
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
        let _left_to_the_system = std::fs::remove_dir_all(&self.data);
    }
}

#[test]
fn the_story_in_a_browser() {
    let Some(driver) = Driver::start() else { return };
    let demo = Demo::start();
    start_page(&demo, &driver);
    officer(&demo, &driver);
    desk(&demo, &driver);
    desk_refuses(&demo, &driver);
    resident(&demo, &driver);
    guardian(&demo, &driver);
    dose::at_the_desk(&demo, &driver);
    dose::on_the_phone(&demo, &driver);
    operator(&demo, &driver);
    without_scripts(&demo, &driver);
    every_page_fits_a_narrow_phone(&demo, &driver);
    every_page_can_be_used_by_everybody(&demo, &driver);
    println!("pictures: {}", demo.pictures.display());
}

fn start_page(demo: &Demo, driver: &Driver) {
    let window = driver.open(DESK);
    demo.go(&window, "/");
    window.wait_for("h1", "受給者証");
    assert!(window.text(".stats").contains("87"), "institutions are counted");
    demo.picture(&window, "start");
    let dark = driver.open(Look { dark: true, ..DESK });
    demo.go(&dark, "/");
    let ground = dark.ask("return getComputedStyle(document.body).backgroundColor");
    assert_eq!(ground, "rgb(15, 20, 19)", "dark where the browser asks for dark");
    demo.picture(&dark, "start-dark");
}

fn officer(demo: &Demo, driver: &Driver) {
    let window = driver.open(DESK);
    demo.enter(&window, "officer:452025");
    window.wait_for("h1", "登録の結果");
    assert!(window.text("main").contains("完了・差し戻しあり"));
    assert!(window.text(".masthead").contains("都城市"), "who is signed in");
    demo.picture(&window, "municipality-tasks");
    // The batch of a thousand is the one with three refusals.
    window.ask(
        "for (const row of document.querySelectorAll('tr'))
           if (row.querySelector('.stop-text')) { row.querySelector('a').click(); break; }",
    );
    window.wait_for("main", "直し方");
    for code in ["check-digit", "reversed-period", "unknown-certificate-type"] {
        assert!(window.text("main").contains(code), "{code} is told");
    }
    assert!(window.text("main").contains("997"));
    demo.picture(&window, "municipality-task");
    demo.go(&window, "/municipality/links");
    window.wait_for("h1", "確認待ち");
    demo.picture(&window, "municipality-links");
    demo.go(&window, "/municipality/schemes");
    window.wait_for("h1", "制度マスタ");
    demo.picture(&window, "municipality-schemes");
}

/// Taps a virtual card at the desk.
fn tap(window: &Window<'_>, card: &str, pin: &str, consent: &str) {
    window.click(&format!("input[value='{card}']"));
    window.write("#field-pin", pin);
    window.click(&format!("form[action='/clinic/tap'] input[name=consent][value={consent}]"));
    window.click("form[action='/clinic/tap'] button.primary");
}

fn desk(demo: &Demo, driver: &Driver) {
    let window = driver.open(DESK);
    demo.enter(&window, "desk:4510210018");
    window.wait_for(".waiting", "カードをリーダーに置いてください");
    assert!(window.text(".masthead").contains("都城見本クリニック"), "who is signed in");
    demo.picture(&window, "desk-waiting");
    tap(&window, "single-parent", "1234", "yes");
    window.wait_for("h1", "試験花子");
    assert_eq!(window.text("#certificates-title .count"), "2");
    let shown = window.text(".certificates");
    assert!(shown.contains("公費負担者番号") && shown.contains("公費受給者番号"), "{shown}");
    demo.picture(&window, "desk-answer");
    window.click("a[href='/clinic'].primary");
    tap(&window, "single-parent", "1234", "no");
    window.wait_for(".certificates", "紙の受給者証を確認してください");
    assert!(window.text("main").contains("負担割合"), "insurance shows without consent");
}

/// What must not show does not show, and the desk is told what to do.
fn desk_refuses(demo: &Demo, driver: &Driver) {
    let window = driver.open(DESK);
    demo.enter(&window, "desk:4510210018");
    for (card, pin, said) in [
        ("wrong-pin", "0000", "あと2回"),
        ("revoked-card", "7890", "失効"),
        ("foreign-card", "8901", "issuer-unknown"),
        ("pua", "5791", "表示できる情報がありません"),
    ] {
        tap(&window, card, pin, "yes");
        window.wait_for("main", said);
        assert!(!window.has(".who"), "{card}: nobody is shown");
    }
    demo.picture(&window, "desk-refusal");
    // The right PIN gives the tries back, so that the walk can be walked again.
    tap(&window, "wrong-pin", "9012", "no");
    window.wait_for("h1", "試験六郎");
    tap_shows_nothing_withheld(demo, &window);
}

fn tap_shows_nothing_withheld(demo: &Demo, window: &Window<'_>) {
    demo.go(window, "/clinic");
    tap(window, "non-disclosed", "3456", "yes");
    window.wait_for(".certificates", "受給者証の情報はありません");
    let hidden = window.text(".certificates");
    demo.go(window, "/clinic");
    tap(window, "no-certificate", "3579", "yes");
    window.wait_for(".certificates", "受給者証の情報はありません");
    assert_eq!(hidden, window.text(".certificates"), "the two cannot be told apart");
}

fn resident(demo: &Demo, driver: &Driver) {
    let window = driver.open(PHONE);
    demo.go(&window, "/resident");
    demo.picture(&window, "resident-login");
    window.click("input[value='single-parent']");
    window.write("#field-pin", "1234");
    window.click("button.primary");
    window.wait_for("h1", "試験花子");
    assert!(window.text(".wallet").contains("ひとり親"));
    let looks = window.text(".timeline");
    assert!(looks.contains("都城見本クリニック"), "who looked: {looks}");
    assert!(looks.contains("分前") || looks.contains("秒前") || looks.contains("たった今"));
    demo.picture(&window, "resident");
    window.glance(&demo.pictures, "resident-glance");
    let dark = driver.open(Look { dark: true, ..PHONE });
    demo.enter(&dark, "resident:single-parent");
    dark.wait_for("h1", "試験花子");
    demo.picture(&dark, "resident-dark");
}

fn guardian(demo: &Demo, driver: &Driver) {
    let window = driver.open(PHONE);
    demo.enter(&window, "resident:guardian");
    window.wait_for("h1", "仮名恵");
    window.click("a.child");
    window.wait_for("h1", "仮名結衣");
    assert!(window.text("main").contains("保護者として表示しています"));
    assert!(window.text(".wallet").contains("育成"));
    // Three years old, with BCG, B型肝炎, MR and 水痘: 日本脳炎 is due now.
    let due = window.text("#care");
    assert!(due.contains("日本脳炎") && due.contains("受けられます"), "{due}");
    assert!(due.contains("受けた記録（7）"), "{due}");
    demo.picture(&window, "resident-child");
    demo.leave(&window);
    demo.go(&window, "/resident");
    assert!(window.has("#field-pin"), "after leaving, the card is asked for again");
}

fn operator(demo: &Demo, driver: &Driver) {
    let window = driver.open(DESK);
    demo.enter(&window, "operator");
    window.wait_for("h1", "ハブの状態");
    window.wait_for("main", "本人確認待ち");
    demo.picture(&window, "operator");
    demo.go(&window, "/clinic");
    assert!(!window.has(".waiting"), "the operator has no desk");
    assert!(window.text("body").contains("見つかりません"));
}

/// The desk works where scripts are switched off.
fn without_scripts(demo: &Demo, driver: &Driver) {
    let window = driver.open(Look { scripts: false, ..DESK });
    demo.enter(&window, "desk:4510210018");
    tap(&window, "single-parent", "1234", "yes");
    window.wait_for("h1", "試験花子");
    assert!(!window.has("button.copy"), "no script ran");
    assert_eq!(window.text("#certificates-title .count"), "2");
}

/// Pages of each audience: whom to enter as, and where to look.
const PAGES: [(&str, &[&str]); 4] = [
    ("desk:4510210018", &["/clinic", "/clinic/immunization"]),
    ("officer:452025", &["/municipality", "/municipality/links", "/municipality/schemes"]),
    ("resident:single-parent", &["/resident"]),
    ("operator", &["/operator"]),
];

fn every_page_fits_a_narrow_phone(demo: &Demo, driver: &Driver) {
    let window = driver.open(NARROWEST);
    on_every_page(demo, &window, |path| fits(&window, path));
}

/// Nothing on the page runs over the screen.
fn fits(window: &Window<'_>, path: &str) {
    let over = window
        .ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert_eq!(over, 0, "{path} runs over the screen");
}

/// What WCAG asks and a script can see.
fn can_be_used(window: &Window<'_>, path: &str) {
    let faults = window.ask(include_str!("wcag.js"));
    assert_eq!(faults, serde_json::json!([]), "{path}");
}

/// What WCAG asks of every page and a script can see: a title, a language, one main heading, a name
/// for every control and picture, targets that a finger meets.
fn every_page_can_be_used_by_everybody(demo: &Demo, driver: &Driver) {
    let window = driver.open(PHONE);
    on_every_page(demo, &window, |path| can_be_used(&window, path));
}

fn on_every_page(demo: &Demo, window: &Window<'_>, check: impl Fn(&str)) {
    demo.go(window, "/");
    check("/");
    for (user, paths) in PAGES {
        demo.enter(window, user);
        for path in paths {
            demo.go(window, path);
            assert!(window.has("main h1"), "{path} is there for {user}");
            check(path);
        }
        demo.leave(window);
    }
}
