//! Drawings, all inline SVG in the colours of the stylesheet.
//!
//! The motif is a card whose tap spreads in ripples: the mark, the reader and the certificates
//! carry it.

use maud::{Markup, PreEscaped, html};

use super::part::Tone;

/// The mark as a file of its own, for the window's icon.
pub const ICON: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">"##,
    r##"<rect width="32" height="32" rx="8" fill="#0a6355"/>"##,
    r##"<rect x="5" y="8" width="22" height="16" rx="3.2" fill="#fff"/>"##,
    r##"<path fill="none" stroke="#0a6355" stroke-width="2" d="M22.5 24a4.5 4.5 0 0 1 4.5-4.5"##,
    r##"M18 24a9 9 0 0 1 9-9M13.5 24A13.5 13.5 0 0 1 27 10.5"/>"##,
    "</svg>"
);

/// The mark: a card, and the ripples of its tap.
#[must_use]
pub fn mark() -> Markup {
    PreEscaped(
        r#"<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true"
focusable="false"><rect class="mark-ground" width="32" height="32" rx="8"/><rect class="mark-card"
x="5" y="8" width="22" height="16" rx="3.2"/><path class="mark-wave"
d="M22.5 24a4.5 4.5 0 0 1 4.5-4.5M18 24a9 9 0 0 1 9-9M13.5 24A13.5 13.5 0 0 1 27 10.5"/></svg>"#
            .to_owned(),
    )
}

/// The sign of an alert: a shape per tone, so that it reads without colour.
#[must_use]
pub fn sign(tone: Tone) -> Markup {
    let path = match tone {
        Tone::Plain | Tone::Info => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M12 11v5.5M12 7.4v.2",
        Tone::Good => "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M8 12.4l2.8 2.8L16 9.6",
        Tone::Warn => "M12 3.6 21.4 20H2.6zM12 10v4.4M12 17.2v.2",
        Tone::Stop => "M8.4 3h7.2L21 8.4v7.2L15.6 21H8.4L3 15.6V8.4zM9 9l6 6M15 9l-6 6",
    };
    html! {
        svg.sign viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d=(path) {}
        }
    }
}

/// Ripples alone, behind the figure of an error page.
#[must_use]
pub fn ripples() -> Markup {
    html! {
        svg.ripples viewBox="0 0 200 100" aria-hidden="true" focusable="false" {
            @for radius in [50, 65, 80, 95] { circle cx="100" cy="100" r=(radius) {} }
        }
    }
}

/// A card that comes down on a reader.
#[must_use]
pub fn reader() -> Markup {
    PreEscaped(
        r#"<svg class="reader" viewBox="0 0 240 176" aria-hidden="true" focusable="false">
<g class="reader-waves"><path d="M84 118a52 52 0 0 1 72 0"/><path d="M68 103a75 75 0 0 1 104 0"/>
<path d="M52 88a98 98 0 0 1 136 0"/></g>
<g class="reader-card"><rect x="66" y="14" width="108" height="68" rx="9"/>
<circle cx="90" cy="40" r="9"/><path d="M110 34h46M110 46h30M80 66h40"/></g>
<rect class="reader-base" x="36"
y="134" width="168" height="28" rx="12"/><circle class="reader-lamp" cx="120" cy="148" r="4"/></svg>"#
            .to_owned(),
    )
}

/// How it hangs together: municipality, hub, institution, resident, and the log beneath.
#[must_use]
pub fn hub() -> Markup {
    PreEscaped(
        r#"<svg class="hub" viewBox="0 0 380 330" role="img" aria-labelledby="hub-title hub-desc">
<title id="hub-title">しくみ</title>
<desc id="hub-desc">自治体が受給者証を登録し、医療機関はカードと本人の同意で確かめ、本人は内容と、誰が見たかを確かめます。すべてのアクセスは監査ログに残ります。</desc>
<g class="hub-rings"><circle cx="190" cy="152" r="62"/><circle cx="190" cy="152" r="92"/>
<circle cx="190" cy="152" r="122"/></g>
<g class="hub-lines"><path d="M92 70 140 112M288 70 240 112M190 196v44"/></g>
<g class="hub-node"><rect x="12" y="16" width="132" height="54" rx="14"/>
<rect x="236" y="16" width="132" height="54" rx="14"/>
<rect x="116" y="240" width="148" height="54" rx="14"/></g>
<g class="hub-heart"><rect x="122" y="110" width="136" height="86" rx="22"/></g>
<g class="hub-name"><text x="78" y="40">自治体</text><text x="302" y="40">医療機関・薬局</text>
<text x="190" y="264">本人・保護者</text></g>
<g class="hub-note"><text x="78" y="59">受給者証を登録</text><text x="302" y="59">カードで確認</text>
<text x="190" y="283">誰が見たか分かる</text></g>
<g class="hub-heart-name"><text x="190" y="149">PMH</text></g>
<g class="hub-heart-note"><text x="190" y="172">同意・権限・記録</text></g>
<path class="hub-log" d="M40 314h300"/>
<g class="hub-log-note"><text x="190" y="319">監査ログ（あとから変えられない）</text></g></svg>"#
            .to_owned(),
    )
}

/// One part of a bar.
#[derive(Debug, Clone)]
pub struct Slice {
    /// What it counts.
    pub label: String,
    /// How many.
    pub count: u64,
    /// How it is meant; each tone has its own hatching besides its colour.
    pub tone: Tone,
}

/// One bar cut into parts by their counts, with a legend that says the same in words.
#[must_use]
pub fn bar(title: &str, slices: &[Slice]) -> Markup {
    let total: u64 = slices.iter().map(|slice| slice.count).sum();
    let words: Vec<String> =
        slices.iter().map(|slice| format!("{} {}", slice.label, slice.count)).collect();
    html! {
        figure.bar {
            svg viewBox="0 0 1000 28" preserveAspectRatio="none" role="img"
                aria-label={ (title) ": " (words.join("、")) } {
                (hatchings())
                rect.bar-ground width="1000" height="28" {}
                @for (from, width, slice) in cut(slices, total) {
                    rect class={ "part " (slice.tone.class()) }
                        x=(from) width=(width) height="28" {}
                    @if let Some(fill) = hatching(slice.tone) {
                        rect x=(from) width=(width) height="28" fill=(fill) {}
                    }
                }
            }
            figcaption {
                ul.legend {
                    @for slice in slices {
                        li { span class={ "key " (slice.tone.class()) } {}
                            (slice.label) " " b { (grouped(slice.count)) } }
                    }
                }
            }
        }
    }
}

/// Bars one below the other, longest first, for how often each code occurred.
#[must_use]
pub fn bars(title: &str, slices: &[Slice]) -> Markup {
    let most = slices.iter().map(|slice| slice.count).max().unwrap_or(0).max(1);
    html! {
        table.bars {
            caption { (title) }
            tbody {
                @for slice in slices {
                    tr {
                        th scope="row" { (slice.label) }
                        td.bars-count { (grouped(slice.count)) }
                        td.bars-line {
                            svg viewBox="0 0 1000 14" preserveAspectRatio="none"
                                aria-hidden="true" {
                                rect class={ "part " (slice.tone.class()) } rx="4" height="14"
                                    width=((slice.count * 1000 / most).max(8)) {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The least width of a part that counts anything, of 1000, so that it is seen.
const SEEN: u64 = 12;

/// Where each part begins and how wide it is, of 1000; the widest gives what small parts lack.
fn cut(slices: &[Slice], total: u64) -> Vec<(u64, u64, &Slice)> {
    let counted: Vec<&Slice> = slices.iter().filter(|slice| slice.count > 0).collect();
    let mut widths: Vec<u64> = counted
        .iter()
        .map(|slice| (slice.count.saturating_mul(1000) / total.max(1)).max(SEEN))
        .collect();
    let taken: u64 = widths.iter().sum();
    if let Some(widest) = widths.iter_mut().max() {
        *widest = (*widest + 1000).saturating_sub(taken);
    }
    let starts = widths.iter().scan(0, |from, width| {
        *from += width;
        Some(*from - width)
    });
    starts.zip(&widths).zip(counted).map(|((from, width), slice)| (from, *width, slice)).collect()
}

fn hatching(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Stop => Some("url(#hatch-stop)"),
        Tone::Warn => Some("url(#hatch-warn)"),
        _ => None,
    }
}

fn hatchings() -> Markup {
    html! {
        defs {
            pattern #hatch-stop width="6" height="28" patternUnits="userSpaceOnUse" {
                rect.hatch width="2" height="28" {}
            }
            pattern #hatch-warn width="6" height="6" patternUnits="userSpaceOnUse" {
                rect.hatch width="3" height="3" {}
            }
        }
    }
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let lead = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && n % 3 == lead {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, want) in [
            (0, "0"),
            (12, "12"),
            (999, "999"),
            (1_000, "1,000"),
            (20_416, "20,416"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(count), want);
        }
    }

    #[test]
    fn a_bar_is_never_longer_than_itself_and_shows_every_part() {
        for (counts, want) in [
            (vec![997, 3], vec![(0, 988), (988, 12)]),
            (vec![995, 3, 2], vec![(0, 976), (976, 12), (988, 12)]),
            (vec![1, 1, 1], vec![(0, 333), (333, 333), (666, 334)]),
            (vec![1, 1], vec![(0, 500), (500, 500)]),
            (vec![1, 9999], vec![(0, 12), (12, 988)]),
            (vec![0, 5], vec![(0, 1000)]),
            (vec![0, 0], vec![]),
        ] {
            let slices: Vec<Slice> = counts
                .iter()
                .map(|count| Slice { label: String::new(), count: *count, tone: Tone::Good })
                .collect();
            let got: Vec<_> =
                cut(&slices, counts.iter().sum()).iter().map(|part| (part.0, part.1)).collect();
            assert_eq!(got, want, "{counts:?}");
        }
    }
}
