//! A plot of shares by class: one column for each birth cohort, or each month of age.
//!
//! What is complete is filled, what is begun is outlined, so that it reads without colour; the same
//! stands in words for whoever does not see it, and in a table beside it.

use maud::{Markup, html};

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Below it: 「'24」.
    pub label: String,
    /// In words: 「2024年度生まれ」.
    pub words: String,
    /// Of a thousand: complete.
    pub complete: u32,
    /// Of a thousand: at least begun.
    pub begun: u32,
}

const WIDTH: u32 = 640;
const HEIGHT: u32 = 160;
const LEFT: u32 = 56;
const BELOW: u32 = 36;
/// Labels that have room side by side.
const LABELS: usize = 9;

/// 「95.2%」 of so many of a thousand.
#[must_use]
pub fn percent(per_mille: u32) -> String {
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

/// The plot, with its title in words.
#[must_use]
pub fn columns(title: &str, columns: &[Column]) -> Markup {
    let count = u32::try_from(columns.len()).unwrap_or(u32::MAX).max(1);
    let step = ((WIDTH - LEFT) / count).clamp(4, 64);
    let width = (step * 3 / 4).max(3);
    let every = columns.len().div_ceil(LABELS).max(1);
    let spoken: Vec<String> = columns
        .iter()
        .map(|one| {
            format!("{} 完了{} 開始{}", one.words, percent(one.complete), percent(one.begun))
        })
        .collect();
    html! {
        figure.plot {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT + BELOW + 12) } role="img"
                aria-label={ (title) "。" (spoken.join("、")) } {
                @for (label, y) in [("100%", 12), ("50%", 12 + HEIGHT / 2), ("0%", 12 + HEIGHT)] {
                    path.plot-line d={ "M" (LEFT) " " (y) "H" (WIDTH) } {}
                    text x=(LEFT - 8) y=(y + 6) text-anchor="end" { (label) }
                }
                @for (at, column) in (0_u32..).zip(columns) {
                    (bar(LEFT + 4 + at * step, width, column))
                }
                @for (at, column) in columns.iter().enumerate().step_by(every) {
                    text x=(LEFT + 4 + u32::try_from(at).unwrap_or(0) * step + width / 2)
                        y=(12 + HEIGHT + 26) text-anchor="middle" { (column.label) }
                }
            }
        }
    }
}

fn bar(x: u32, width: u32, column: &Column) -> Markup {
    let tall = |share: u32| HEIGHT * share.min(1000) / 1000;
    let (complete, begun) = (tall(column.complete), tall(column.begun.max(column.complete)));
    html! {
        rect.plot-begun x=(x) width=(width) y=(12 + HEIGHT - begun) height=(begun) {}
        rect.plot-complete x=(x) width=(width) y=(12 + HEIGHT - complete) height=(complete) {}
    }
}

/// What filled and outlined mean.
#[must_use]
pub fn legend() -> Markup {
    html! {
        ul.legend {
            li { span.key.plot-key-complete {} "すべて済んだ人" }
            li { span.key.plot-key-begun {} "1回以上受けた人" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(complete: u32, begun: u32) -> Column {
        Column { label: "'24".into(), words: "2024年度生まれ".into(), complete, begun }
    }

    #[test]
    fn shares_are_written_with_one_place() {
        for (share, want) in [(0, "0.0%"), (7, "0.7%"), (952, "95.2%"), (1000, "100.0%")] {
            assert_eq!(percent(share), want);
        }
    }

    #[test]
    fn a_column_is_as_tall_as_its_share_and_never_taller_than_the_plot() {
        for (complete, begun, want) in [
            (0, 0, ["height=\"0\"", "height=\"0\""]),
            (500, 750, ["height=\"120\"", "height=\"80\""]),
            (1000, 1000, ["height=\"160\"", "height=\"160\""]),
            // Seldom: complete by another series than the one that counts doses.
            (900, 100, ["height=\"144\"", "height=\"144\""]),
            (5000, 0, ["height=\"160\"", "height=\"160\""]),
        ] {
            let drawn = bar(0, 10, &column(complete, begun)).into_string();
            let (outlined, filled) = drawn.split_once("</rect>").unwrap();
            assert!(outlined.contains(want[0]), "{outlined}");
            assert!(filled.contains(want[1]), "{filled}");
        }
    }

    #[test]
    fn it_says_in_words_what_it_shows_and_nothing_is_drawn_of_nobody() {
        let drawn = columns("<MR>", &[column(952, 980)]).into_string();
        assert!(drawn.contains("&lt;MR&gt;。2024年度生まれ 完了95.2% 開始98.0%"), "{drawn}");
        assert!(columns("x", &[]).into_string().contains("role=\"img\""));
        let many: Vec<Column> = (0..60).map(|_| column(1, 1)).collect();
        assert_eq!(columns("x", &many).into_string().matches("'24").count(), 9);
    }
}
