//! `YouTube` Studio: the table of an export in every language that is known, and the reach report.

use std::io::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::layout::{Cut, Known, Layout, WEST};
use super::paper::{Cell, Paper};
use super::truth::{Kind, Row, Truth, percent, share};
use crate::twin::dice::Dice;

/// The words of a language and generation.
#[derive(Clone, Copy)]
struct Tongue {
    name: &'static str,
    known: Known,
    content: &'static str,
    title: &'static str,
    published: &'static str,
    duration: &'static str,
    views: &'static str,
    hours: &'static str,
    subscribers: &'static str,
    average: &'static str,
    impressions: &'static str,
    rate: &'static str,
    total: &'static str,
    note: &'static str,
    /// How it writes dates of publication.
    date: &'static str,
}

const ENGLISH: Tongue = Tongue {
    name: "English, until 2025",
    known: Known::Seen,
    content: "Content",
    title: "Video title",
    published: "Video publish time",
    duration: "Duration",
    views: "Views",
    hours: "Watch time (hours)",
    subscribers: "Subscribers",
    average: "Average view duration",
    impressions: "Impressions",
    rate: "Impressions click-through rate (%)",
    total: "Total",
    note: "Showing top 500 results",
    date: "%b %-d, %Y",
};
const GERMAN: Tongue = Tongue {
    name: "German, `Video`, soft hyphens",
    content: "Vi\u{ad}deo",
    title: "Vi\u{ad}deo\u{ad}ti\u{ad}tel",
    published: "Veröffentlichungszeitpunkt des Videos",
    duration: "Dauer",
    views: "Auf\u{ad}ru\u{ad}fe",
    hours: "Wie\u{ad}der\u{ad}ga\u{ad}be\u{ad}zeit (Stun\u{ad}den)",
    subscribers: "Abon\u{ad}nen\u{ad}ten",
    average: "Durch\u{ad}schnitt\u{ad}li\u{ad}che Wie\u{ad}der\u{ad}ga\u{ad}be\u{ad}dau\u{ad}er",
    impressions: "Im\u{ad}pres\u{ad}sio\u{ad}nen",
    rate: "Klick\u{ad}ra\u{ad}te der Im\u{ad}pres\u{ad}sio\u{ad}nen (%)",
    total: "Ge\u{ad}samt",
    note: "Die 500 besten Ergebnisse werden angezeigt",
    ..ENGLISH
};
const SPANISH: Tongue = Tongue {
    name: "Spanish of Spain",
    known: Known::Reported,
    content: "Contenido",
    title: "Título del vídeo",
    published: "Hora de publicación del vídeo",
    duration: "Duración",
    views: "Visualizaciones",
    hours: "Tiempo de visualización (horas)",
    subscribers: "Suscriptores",
    average: "Duración media de las visualizaciones",
    impressions: "Impresiones",
    rate: "Porcentaje de clics de las impresiones (%)",
    note: "Se muestran los 500 primeros resultados",
    ..ENGLISH
};
const LATIN: Tongue = Tongue {
    name: "Spanish of Latin America",
    title: "Título del video",
    published: "Tiempo de publicación del video",
    views: "Vistas",
    hours: "Tiempo de reproducción (horas)",
    average: "Duración promedio de vistas",
    rate: "Tasa de clics de las impresiones (%)",
    ..SPANISH
};
const JAPANESE: Tongue = Tongue {
    name: "Japanese, until 2025",
    known: Known::Reported,
    content: "コンテンツ",
    title: "動画のタイトル",
    published: "動画公開時刻",
    duration: "長さ",
    views: "視聴回数",
    hours: "総再生時間（単位: 時間）",
    subscribers: "チャンネル登録者",
    average: "平均視聴時間",
    impressions: "インプレッション数",
    rate: "インプレッションのクリック率 (%)",
    total: "合計",
    note: "上位 500 件の結果を表示しています",
    ..ENGLISH
};

#[expect(clippy::too_many_lines, reason = "a table")]
fn tongues() -> Vec<Tongue> {
    vec![
        ENGLISH,
        Tongue {
            name: "English, 2026",
            impressions: "Thumbnail impressions",
            rate: "Thumbnail click-through rate (%)",
            ..ENGLISH
        },
        GERMAN,
        Tongue {
            name: "German, `Inhalte`",
            known: Known::Reported,
            content: "Inhalte",
            total: "Gesamt",
            ..GERMAN
        },
        Tongue {
            name: "German, `Videos`",
            known: Known::Reported,
            content: "Videos",
            impressions: "Impressionen",
            ..GERMAN
        },
        Tongue {
            name: "German, 2026",
            known: Known::Reported,
            impressions: "Thumbnail-Impressionen",
            rate: "Thumbnail-Klickrate (%)",
            ..GERMAN
        },
        Tongue {
            name: "Portuguese of Brazil",
            content: "Conteúdo",
            title: "Título do vídeo",
            published: "Horário de publicação do vídeo",
            duration: "Duração",
            views: "Visualizações",
            hours: "Tempo de exibição (horas)",
            subscribers: "Inscritos",
            average: "Duração média da visualização",
            impressions: "Impressões",
            rate: "Taxa de cliques de impressões (%)",
            note: "Mostrando os 500 melhores resultados",
            ..ENGLISH
        },
        SPANISH,
        LATIN,
        Tongue {
            name: "Spanish of Latin America, 2026",
            impressions: "Impresiones de miniaturas",
            rate: "Tasa de clics de las miniaturas (%)",
            ..LATIN
        },
        Tongue {
            name: "French",
            known: Known::Reported,
            content: "Contenu",
            title: "Titre de la vidéo",
            published: "Heure de publication de la vidéo",
            duration: "Durée",
            views: "Vues",
            hours: "Durée de visionnage (heures)",
            subscribers: "Abonnés",
            average: "Durée moyenne d'une vue",
            rate: "Taux de clics par impression (%)",
            note: "Affichage des 500 premiers résultats",
            ..ENGLISH
        },
        JAPANESE,
        Tongue {
            name: "Japanese, 2026",
            impressions: "サムネイルのインプレッション",
            rate: "サムネイルのクリック率 (%)",
            ..JAPANESE
        },
        Tongue {
            name: "Korean",
            known: Known::Reported,
            content: "콘텐츠",
            title: "동영상 제목",
            published: "동영상 게시 시간",
            duration: "길이",
            views: "조회수",
            hours: "시청 시간(단위: 시간)",
            subscribers: "구독자",
            average: "평균 시청 지속 시간",
            impressions: "노출수",
            rate: "노출 클릭률 (%)",
            total: "합계",
            note: "상위 500개의 결과 표시 중",
            ..ENGLISH
        },
        Tongue {
            name: "Chinese, simplified",
            known: Known::Reported,
            content: "内容",
            title: "视频标题",
            published: "视频发布时间",
            duration: "时长",
            views: "观看次数",
            hours: "观看时长（小时）",
            subscribers: "订阅人数",
            average: "平均观看时长",
            impressions: "展示次数",
            rate: "展示点击率 (%)",
            total: "总计",
            note: "显示前 500 条结果",
            ..ENGLISH
        },
        Tongue {
            name: "Chinese, traditional",
            known: Known::Reported,
            content: "內容",
            title: "影片標題",
            published: "影片發布時間",
            duration: "時間長度",
            views: "觀看次數",
            hours: "觀看時間 (小時)",
            subscribers: "訂閱人數",
            average: "平均觀看時間",
            impressions: "曝光次數",
            rate: "曝光點閱率 (%)",
            total: "總計",
            note: "顯示前 500 筆結果",
            ..ENGLISH
        },
        Tongue {
            name: "Vietnamese, 2026",
            known: Known::Reported,
            content: "Nội dung",
            title: "Tiêu đề video",
            published: "Thời gian xuất bản video",
            duration: "Thời lượng",
            views: "Số lượt xem",
            hours: "Thời gian xem (giờ)",
            subscribers: "Số người đăng ký",
            average: "Thời lượng xem trung bình",
            impressions: "Số lượt hiển thị hình thu nhỏ",
            rate: "Tỷ lệ nhấp của số lượt hiển thị hình thu nhỏ (%)",
            total: "Tổng",
            note: "Đang hiển thị 500 kết quả hàng đầu",
            ..ENGLISH
        },
        Tongue {
            name: "Indonesian",
            known: Known::Reported,
            content: "Konten",
            title: "Judul video",
            published: "Waktu publikasi video",
            duration: "Durasi",
            views: "Penayangan",
            hours: "Waktu tonton (jam)",
            subscribers: "Subscriber",
            average: "Durasi rata-rata penayangan",
            impressions: "Tayangan",
            rate: "Rasio klik-tayang tayangan (%)",
            note: "Menampilkan 500 hasil teratas",
            ..ENGLISH
        },
    ]
}

/// Which columns people choose.
#[derive(Clone, Copy, PartialEq)]
enum Choice {
    /// What stands there from the beginning.
    Standard,
    /// With the mean time.
    Average,
    /// Metrics first.
    Other,
}

const PATH: &str = "youtube/{m}/studio/{d}/Table data.csv";

const ZIP: &str = "youtube/{m}/studio/{d}/Content 2026-02-01_2026-02-02 Channel.zip";

pub fn layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for tongue in tongues() {
        for (choice, word) in
            [(Choice::Standard, ""), (Choice::Average, ", mean time"), (Choice::Other, ", other order")]
        {
            let write = move |_: &Truth, rows: &[&Row], dice: &mut Dice| table(&tongue, choice, rows, dice);
            let name = format!("Studio table, {}{word}", tongue.name);
            let layout = Layout::new(name, "youtube", Kind::Days, PATH, write).known(tongue.known);
            layouts.push(layout.markets(WEST).cut(Cut::Once));
        }
    }
    for tongue in [ENGLISH, GERMAN, JAPANESE] {
        let write = move |_: &Truth, rows: &[&Row], dice: &mut Dice| capped(&tongue, rows, dice);
        let name = format!("Studio table, {}, 500 rows and the closing note", tongue.name);
        let layout = Layout::new(name, "youtube", Kind::Days, PATH, write).known(tongue.known);
        layouts.push(layout.markets(WEST).cut(Cut::Once).rows(500));
    }
    for tongue in [ENGLISH, JAPANESE] {
        let member = if tongue.total == "Total" { "Table data.csv" } else { "表データ.csv" };
        let write =
            move |truth: &Truth, rows: &[&Row], dice: &mut Dice| zipped(&tongue, member, truth, rows, dice);
        let name = format!("Studio ZIP, {}", tongue.name);
        let layout = Layout::new(name, "youtube", Kind::Days, ZIP, write).known(tongue.known);
        layouts.push(layout.markets(WEST).cut(Cut::Once));
    }
    let refused = |name: &str, path, write: fn(&Truth, &[&Row], &mut Dice) -> Vec<u8>| {
        let layout = Layout::new(name, "youtube", Kind::Days, path, write).known(Known::Seen);
        layout.markets(WEST).cut(Cut::Once).refused()
    };
    layouts.push(refused("Studio chart of views", "youtube/{m}/studio/{d}/Chart data.csv", chart));
    layouts.push(refused("Studio totals", "youtube/{m}/studio/{d}/Totals.csv", totals));
    let reach = |truth: &Truth, rows: &[&Row], dice: &mut Dice| reach(truth.day, rows, dice);
    layouts.push(
        Layout::new("reach report", "youtube", Kind::Days, "youtube/{m}/reach/{d}/{s}_{e}_{c}.csv", reach)
            .markets(WEST)
            .cut(Cut::Once),
    );
    layouts
}

/// The id of a video; one in four begins with a dash, and Studio puts a blank before it.
fn video(row: &Row) -> String {
    let number = row.id[row.id.len() - 5..].to_owned();
    if number.ends_with('0') { format!(" -q{number}Zx_Ab") } else { format!("aQ{number}Zx-_b") }
}

fn clock(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A count that is 0 is often left out.
fn count(number: i64, dice: &mut Dice) -> Cell {
    if number == 0 && dice.one_in(2) { Cell::Blank } else { number.into() }
}

fn table(tongue: &Tongue, choice: Choice, rows: &[&Row], dice: &mut Dice) -> Vec<u8> {
    written(&paper_of(tongue, choice, rows, dice, 0), dice)
}

/// At the cap: the total is of more than the rows, and a line says so that has nothing else.
fn capped(tongue: &Tongue, rows: &[&Row], dice: &mut Dice) -> Vec<u8> {
    let mut paper = paper_of(tongue, Choice::Standard, rows, dice, 777_777);
    let mut note = vec![Cell::from(tongue.note)];
    note.resize(9, Cell::Blank);
    paper.row(note);
    written(&paper, dice)
}

/// The three files of a download.
fn zipped(tongue: &Tongue, member: &str, truth: &Truth, rows: &[&Row], dice: &mut Dice) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let files = [
        ("Chart data.csv", chart(truth, rows, dice)),
        (member, table(tongue, Choice::Average, rows, dice)),
        ("Totals.csv", totals(truth, rows, dice)),
    ];
    for (name, bytes) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn written(paper: &Paper, dice: &mut Dice) -> Vec<u8> {
    let text = paper.text(',', if dice.one_in(3) { "\r\n" } else { "\n" });
    if dice.one_in(3) { format!("\u{feff}{text}").into_bytes() } else { text.into_bytes() }
}

/// `beyond`: how many impressions the total has that no row has.
fn paper_of(tongue: &Tongue, choice: Choice, rows: &[&Row], dice: &mut Dice, beyond: i64) -> Paper {
    let mut paper = Paper::default();
    let mut names = vec![tongue.content, tongue.title, tongue.published, tongue.duration, tongue.views];
    names.extend([tongue.hours, tongue.subscribers, tongue.impressions, tongue.rate]);
    names.extend((choice != Choice::Standard).then_some(tongue.average));
    let order: Vec<usize> = match choice {
        Choice::Other => vec![0, 1, 2, 7, 8, 4, 9, 3],
        _ => (0..names.len()).collect(),
    };
    let sum = |of: fn(&Row) -> i64| rows.iter().map(|row| of(row)).sum::<i64>();
    let (shown, clicks, views) = (sum(|row| row.impressions), sum(|row| row.clicks), sum(|row| row.entries));
    let seconds = sum(|row| row.entries * row.mean_seconds);
    let hours = |seconds: i64| format!("{}.{:04}", seconds / 3600, seconds % 3600 * 10_000 / 3600);
    let mut put = |cells: Vec<Cell>| paper.row(order.iter().map(|index| cells[*index].clone()).collect());
    put(names.iter().map(|name| Cell::from(*name)).collect());
    let total = vec![
        tongue.total.into(),
        Cell::Blank,
        Cell::Blank,
        Cell::Blank,
        (views + beyond / 40).into(),
        hours(seconds).into(),
        3.into(),
        (shown + beyond).into(),
        percent(clicks, shown, 2).unwrap_or_default().into(),
        clock(if views == 0 { 0 } else { seconds / views }).into(),
    ];
    if beyond > 0 || !dice.one_in(8) {
        put(total);
    }
    for (number, row) in rows.iter().enumerate() {
        let published = row.start.date().checked_sub((1 + 9 * i64::try_from(number).unwrap()).days()).unwrap();
        put(vec![
            video(row).into(),
            row.title.as_str().into(),
            published.strftime(tongue.date).to_string().into(),
            (60 + row.mean_seconds * 3).into(),
            count(row.entries, dice),
            hours(row.entries * row.mean_seconds).into(),
            dice.whole(3).into(),
            count(row.impressions, dice),
            share(row.clicks, row.impressions, 2).into(),
            clock(row.mean_seconds).into(),
        ]);
    }
    paper
}

fn chart(_: &Truth, rows: &[&Row], _: &mut Dice) -> Vec<u8> {
    let mut paper = Paper::default();
    paper.line(["Date", "Content", "Video title", "Video publish time", "Duration", "Views"]);
    for row in rows {
        let date = row.start.date().to_string();
        paper.row(vec![
            date.into(),
            video(row).into(),
            row.title.as_str().into(),
            "Sep 30, 2025".into(),
            60.into(),
            row.entries.into(),
        ]);
    }
    paper.text(',', "\n").into_bytes()
}

fn totals(truth: &Truth, _: &[&Row], _: &mut Dice) -> Vec<u8> {
    format!("Date,Views\n{},{}\n", truth.day, truth.total().entries).into_bytes()
}

fn reach(day: Date, rows: &[&Row], _: &mut Dice) -> Vec<u8> {
    let mut text =
        "date,channel_id,video_id,video_thumbnail_impressions,video_thumbnail_impressions_ctr\n".to_owned();
    for row in rows {
        let share: f64 = share(row.clicks, row.impressions, 4).parse().unwrap_or(0.0);
        let date = day.strftime("%Y%m%d");
        text.push_str(&format!("{date},UCx,{},{},{:.6}\n", video(row), row.impressions, share / 100.0));
    }
    text.into_bytes()
}
