//! A browser, driven over W3C WebDriver: the few commands that the walk needs, each an HTTP call.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The member under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How often something awaited is looked for, and how long.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 400;

/// chromedriver as a child process, ended by its own pid.
pub(crate) struct Driver {
    child: Child,
    base: String,
    chromium: String,
    agent: ureq::Agent,
}

/// How a window looks.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// A phone: narrow, twice the pixels.
    pub(crate) phone: bool,
    pub(crate) dark: bool,
    /// Whether scripts of pages run.
    pub(crate) scripts: bool,
}

pub(crate) const DESK: Look =
    Look { width: 1200, height: 820, phone: false, dark: false, scripts: true };
pub(crate) const PHONE: Look =
    Look { width: 390, height: 844, phone: true, dark: false, scripts: true };

impl Driver {
    /// The driver that the test command found, or nothing: then browser tests are skipped.
    pub(crate) fn start() -> Option<Self> {
        let (Ok(program), Ok(chromium)) =
            (std::env::var("PMH_CHROMEDRIVER"), std::env::var("PMH_CHROMIUM"))
        else {
            println!("SKIPPED: PMH_CHROMEDRIVER and PMH_CHROMIUM do not name a browser");
            return None;
        };
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let base = format!("http://127.0.0.1:{}", port.unwrap());
        Some(Self { child, base, chromium, agent: agent.into() })
    }

    /// Opens a window with a fresh profile.
    pub(crate) fn open(&self, look: Look) -> Window<'_> {
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--force-prefers-reduced-motion".to_owned(),
            "--lang=ja".to_owned(),
            format!("--window-size={},{}", look.width, look.height),
        ];
        arguments.extend(look.dark.then(|| "--blink-settings=preferredColorScheme=0".to_owned()));
        let mut options = json!({ "args": arguments, "binary": self.chromium });
        if look.phone {
            let metrics = json!({ "width": look.width, "height": look.height, "pixelRatio": 2.0 });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        if !look.scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let asked = json!({ "capabilities": { "alwaysMatch": wanted } });
        let session = self.call("POST", "/session", &asked);
        let session = session["sessionId"].as_str().unwrap().to_owned();
        Window { driver: self, path: format!("/session/{session}") }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        self.attempt(method, path, body)
            .unwrap_or_else(|said| panic!("{method} {path} {body}: {said}"))
    }

    /// What the browser answers, or why it does not.
    fn attempt(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let address = format!("{}{path}", self.base);
        let answer = match method {
            "GET" => self.agent.get(&address).call(),
            "DELETE" => self.agent.delete(&address).call(),
            _ => self.agent.post(&address).content_type("application/json").send(body.to_string()),
        };
        let mut answer = answer.unwrap();
        let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        let said: Value = serde_json::from_str(&text).unwrap();
        if answer.status().is_success() {
            Ok(said["value"].clone())
        } else {
            Err(said["value"].clone())
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _ended_before = self.child.wait();
    }
}

/// One window of the browser; closed when dropped.
pub(crate) struct Window<'a> {
    driver: &'a Driver,
    path: String,
}

impl Window<'_> {
    fn post(&self, path: &str, body: &Value) -> Value {
        self.driver.call("POST", &format!("{}{path}", self.path), body)
    }

    /// Goes to an address.
    pub(crate) fn go(&self, address: &str) {
        self.post("/url", &json!({ "url": address }));
    }

    /// Elements that a CSS selector finds now.
    fn find(&self, css: &str) -> Vec<String> {
        let found = self.post("/elements", &json!({ "using": "css selector", "value": css }));
        let name = |element: &Value| element[ELEMENT].as_str().unwrap().to_owned();
        found.as_array().unwrap().iter().map(name).collect()
    }

    /// The first element that a CSS selector finds, once it is there.
    fn element(&self, css: &str) -> String {
        for _ in 0..LOOKS {
            if let Some(element) = self.find(css).into_iter().next() {
                return element;
            }
            std::thread::sleep(LOOK);
        }
        panic!("{css} is not on the page: {}", self.text("body"));
    }

    pub(crate) fn has(&self, css: &str) -> bool {
        !self.find(css).is_empty()
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Types into a field.
    pub(crate) fn write(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.post(&format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// The text that a person sees in an element, once it is there.
    pub(crate) fn text(&self, css: &str) -> String {
        self.await_text(css, "")
    }

    /// Waits until an element's text contains a text.
    pub(crate) fn wait_for(&self, css: &str, text: &str) {
        self.await_text(css, text);
    }

    /// Waits until an element's text is another, or the element is gone.
    pub(crate) fn wait_while(&self, css: &str, text: &str) {
        for _ in 0..LOOKS {
            match self.find(css).first() {
                Some(element) if self.read(element).is_none_or(|now| now == text) => {
                    std::thread::sleep(LOOK);
                }
                _ => return,
            }
        }
        panic!("{text:?} stays in {css}: {}", self.text("main"));
    }

    /// An element may go between being found and being read: a page is on its way. Then again.
    fn await_text(&self, css: &str, part: &str) -> String {
        for _ in 0..LOOKS {
            match self.find(css).first().and_then(|element| self.read(element)) {
                Some(text) if text.contains(part) => return text,
                _ => std::thread::sleep(LOOK),
            }
        }
        let seen = self.find("body").first().and_then(|body| self.read(body));
        panic!("{part:?} does not appear in {css}: {seen:?}");
    }

    fn read(&self, element: &str) -> Option<String> {
        let path = format!("{}/element/{element}/text", self.path);
        let text = self.driver.attempt("GET", &path, &Value::Null).ok()?;
        text.as_str().map(str::to_owned)
    }

    /// What a script of the test returns.
    pub(crate) fn ask(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Keeps a picture of the whole page.
    pub(crate) fn picture(&self, folder: &Path, name: &str) {
        let asked = json!({ "cmd": "Page.captureScreenshot",
            "params": { "captureBeyondViewport": true, "optimizeForSpeed": false } });
        let png = self.post("/goog/cdp/execute", &asked);
        keep(folder, name, &png["data"]);
    }

    /// Keeps a picture of what fits the screen.
    pub(crate) fn glance(&self, folder: &Path, name: &str) {
        let path = format!("{}/screenshot", self.path);
        keep(folder, name, &self.driver.call("GET", &path, &Value::Null));
    }
}

fn keep(folder: &Path, name: &str, base64: &Value) {
    let png = STANDARD.decode(base64.as_str().unwrap()).unwrap();
    assert!(png.len() > 5000, "{name}: an empty picture");
    std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.driver.call("DELETE", &self.path, &Value::Null);
        }
    }
}
