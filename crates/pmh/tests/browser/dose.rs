//! The way of one dose in a browser: the desk with a gate that is closed and one that is open, a
//! draft that outlives the connection, and the guardian's form on a phone.

use super::driver::{DESK, Driver, Look, PHONE, Window};
use super::{Demo, NARROWEST, can_be_used, fits};

/// The story left the baby with a first visit, so the day's open gate is her sister's: 日本脳炎.
const OPEN: &str = "input[name=product][value=je]";

/// Every new page, looked at as wide and as narrow as it gets.
fn looked_at(demo: &Demo, window: &Window<'_>, name: &str) {
    can_be_used(window, name);
    demo.picture(window, name);
    fits(window, name);
}

fn received(window: &Window<'_>, card: &str, pin: &str, name: &str) {
    window.click(&format!("input[value='{card}']"));
    window.write("#field-pin", pin);
    window.click("section form[action='/clinic/immunization/receive'] button.primary");
    window.wait_for("h1", name);
}

/// What the form of a vaccine is filled in with, by a script: many fields, none of them the test's.
fn fill(window: &Window<'_>, change: &str) {
    window.ask(&format!(
        "const form = document.querySelector('{OPEN}').form;
         for (const part of form.querySelectorAll('details')) part.open = true;
         form.closest('details').open = true;
         const set = (name, value) => {{
           for (const field of form.elements[name] instanceof RadioNodeList
               ? form.elements[name] : [form.elements[name]]) {{
             if (field.type === 'radio') field.checked = field.value === value;
             else if (field.type === 'checkbox') field.checked = true;
             else field.value = value;
           }}
         }};
         set('lot', 'JE-1'); set('expires', `${{new Date().getFullYear() + 1}}-12-31`);
         set('temperature', '36.8');
         set('physician', '見本 医師'); set('site', 'left-arm'); set('paper_by', 'guardian');
         const born = document.querySelector('.who-line').textContent;
         set('paper_birth', born.match(/\\d{{4}}-\\d\\d-\\d\\d/)[0]);
         set('explained', 'yes'); {change}
         form.querySelector('button.primary').click();"
    ));
}

pub(crate) fn at_the_desk(demo: &Demo, driver: &Driver) {
    // The last look records the dose, so the gate of the others is still open.
    for (look, size) in [
        (PHONE, "-phone"),
        (Look { dark: true, ..DESK }, "-dark"),
        (NARROWEST, "-narrow"),
        (DESK, ""),
    ] {
        let window = driver.open(look);
        demo.enter(&window, "desk:4510210018");
        demo.go(&window, "/clinic/immunization");
        window.wait_for(".waiting-title", "カードをリーダーに置いてください");
        looked_at(demo, &window, &format!("dose-waiting{size}"));
        received(&window, "baby", "0202", "仮名陽菜");
        assert!(window.text("main").contains("これまでの接種（4）"));
        looked_at(demo, &window, &format!("dose-baby{size}"));
        gate(demo, &window, size);
    }
}

fn gate(demo: &Demo, window: &Window<'_>, size: &str) {
    demo.go(window, "/clinic/immunization");
    received(window, "ward", "0303", "仮名結衣");
    // The paper is another child's, the volume another age's: both are told at once.
    fill(window, "set('paper_birth', '2020-01-01'); set('amount', '0.25');");
    window.wait_for("main", "接種しないでください");
    let told = window.text(".stops");
    assert!(told.contains("other-person") && told.contains("amount-wrong"), "{told}");
    looked_at(demo, window, &format!("dose-closed{size}"));
    fill(window, "set('amount', '0.50');");
    window.wait_for("h1", "日本脳炎");
    let shown = window.text("main");
    assert!(shown.contains("定期接種") && shown.contains("仮名結衣"), "{shown}");
    looked_at(demo, window, &format!("dose-open{size}"));
    if size.is_empty() {
        cut_off(demo, window);
    }
}

/// The connection goes while the dose is sent: the desk's page offers the draft when it is opened anew.
fn cut_off(demo: &Demo, window: &Window<'_>) {
    window.ask(
        "const form = document.querySelector('form[data-draft]');
         form.addEventListener('submit', (event) => event.preventDefault());
         form.querySelector('button.primary').click();",
    );
    demo.go(window, "/clinic/immunization");
    let kept = "[data-draft-kept]:not([hidden])";
    window.wait_for(kept, "日本脳炎 ロット JE-1");
    looked_at(demo, window, "dose-draft");
    window.click(&format!("{kept} button.primary"));
    window.wait_for("main", "記録しました");
    looked_at(demo, window, "dose-done");
    demo.go(window, "/clinic/immunization");
    let count = window.ask("return document.querySelectorAll('[data-draft-kept]').length");
    assert_eq!(count, 1, "what is recorded is no draft: the empty form alone is there");
}

/// Answers every question that is asked on a step, and goes on.
const ANSWER: &str = "
  for (const question of document.querySelectorAll('.questions .question:not([hidden])')) {
    const radios = [...question.querySelectorAll('input[type=radio]')];
    if (radios.length && !radios.some((radio) => radio.checked))
      (radios.find((radio) => radio.value === 'no') ?? radios[0]).click();
    for (const field of question.querySelectorAll('input:not([type=radio]), textarea')) {
      if (field.value) continue;
      field.value = field.inputMode === 'decimal' ? '36.5'
        : field.name.includes('weight') ? '3000'
        : field.inputMode === 'numeric' ? '1'
        : field.type === 'date' ? new Date().toISOString().slice(0, 10) : '架空の答え';
    }
  }
  document.querySelector('.turns button.primary').click();";

pub(crate) fn on_the_phone(demo: &Demo, driver: &Driver) {
    for (look, size, form) in [
        (PHONE, "", "/hepb/hepb/"),
        (Look { dark: true, ..PHONE }, "-dark", "/child/pcv/"),
        (NARROWEST, "-narrow", "/rota/rota-1v/"),
        (DESK, "-desk", "/child/dpt-ipv-hib/"),
    ] {
        let window = driver.open(look);
        demo.enter(&window, "resident:guardian");
        window.wait_for("h1", "仮名恵");
        window.ask(
            "[...document.querySelectorAll('a.child')]
               .find((link) => link.textContent.includes('仮名陽菜')).click()",
        );
        window.wait_for("h1", "仮名陽菜");
        looked_at(demo, &window, &format!("form-child{size}"));
        window.click("a[href^='/resident/forms?']");
        window.wait_for("h1", "予診票");
        looked_at(demo, &window, &format!("form-list{size}"));
        window.click(&format!("a.primary[href*='{form}']"));
        written(demo, &window, size);
    }
}

fn written(demo: &Demo, window: &Window<'_>, size: &str) {
    window.wait_for(".progress", "1");
    for step in 1.. {
        assert!(step < 20, "the form does not end");
        if !window.has("form.questions") {
            break;
        }
        looked_at(demo, window, &format!("form-step-{step}{size}"));
        let before = window.text(".progress");
        window.ask(ANSWER);
        window.wait_while(".progress", &before);
    }
    looked_at(demo, window, &format!("form-check{size}"));
    let paper = window.ask("return document.querySelector('a[href*=\"/print\"]').href");
    window.click("a.primary[href*='/consent']");
    window.wait_for("form.card", "");
    looked_at(demo, window, &format!("form-consent{size}"));
    window.click("#explained");
    window.click("input[name=agrees][value=yes]");
    window.click("form.card button.primary");
    window.wait_for("h1", "提出しました");
    looked_at(demo, window, &format!("form-done{size}"));
    window.go(paper.as_str().unwrap());
    window.wait_for(".paper", "ロット");
    looked_at(demo, window, &format!("form-paper{size}"));
}
