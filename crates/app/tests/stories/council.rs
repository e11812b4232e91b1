//! Meetings of the council, and important matters, on which it hears the review board first.

use super::stage::{Fields, Row, Stage, day};

/// A council as a municipality has it.
pub(crate) struct Council {
    /// The post by which its chief sits in it.
    pub(crate) post: &'static str,
    /// The board whose opinion is heard, and the article that says so.
    pub(crate) board: &'static str,
    pub(crate) article: &'static str,
    /// Sections whose members have to be told of a meeting, where that is asked.
    pub(crate) sections: &'static str,
}

impl Council {
    /// A meeting is called and held today, with the chief present; the second row says so.
    pub(crate) async fn meets(&self, stage: &Stage, session_no: &str) -> (Row, Row) {
        let (today, chief) = (day(0), stage.who("chief"));
        stage.plays("chief").await;
        let call = [("session_no", session_no), ("scheduled_on", &today), ("place", "第一会議室")];
        let meeting = stage.opens("meetings", "meeting.call", &call).await;
        stage.plays("council_secretariat").await;
        if !self.sections.is_empty() {
            self.notifies(stage, &meeting, &chief).await;
        }
        let held = [("held_on", today.as_str()), ("place", "第一会議室"), ("chair", &chief)];
        stage.takes(&meeting, "meeting.hold", &held).await;
        let attendance = [
            ("meeting_no", meeting.key.as_str()),
            ("person", &chief),
            ("capacity", self.post),
            ("presence", "present"),
        ];
        let voter = stage.opens("council_attendances", "attendance.record", &attendance).await;
        (meeting, voter)
    }

    async fn notifies(&self, stage: &Stage, meeting: &Row, chief: &str) {
        let today = day(0);
        let first = self.sections.split(' ').next().unwrap();
        let notice = [("notice_sent_to", chief), ("notified_sections", first), ("notice_sent_on", today.as_str())];
        stage.does(meeting, "meeting.notify_all", &notice).await;
        stage.page.sees("NOTICE_INCOMPLETE").await;
        stage.fills(&[("notified_sections", self.sections)]).await;
        stage.is_done().await;
    }

    /// The chair judges an item to be important: it is decided only when the board's opinion is there.
    pub(crate) async fn hears_the_board(&self, stage: &Stage, session_no: &str) {
        let (meeting, voter) = self.meets(stage, session_no).await;
        stage.plays("council_secretariat").await;
        let agenda = [
            ("meeting_no", meeting.key.as_str()),
            ("kind", "MEASURES"),
            ("title", "情報の持出しの防止"),
            ("papers", "資料1"),
        ];
        let item = stage.opens("agenda_items", "agenda.table", &agenda).await;
        stage.may_not("agenda.judge", self.article).await;
        stage.plays("chief").await;
        let today = day(0);
        let question = [
            ("agenda_item_no", item.key.as_str()),
            ("board", self.board),
            ("asked_on", &today),
            ("question", "持出しの禁止の範囲について。"),
        ];
        stage.begins("review_opinions", "review_opinion.ask", &question).await;
        stage.is_refused("AGENDA_ITEM_NOT_IMPORTANT", self.article).await;
        let judged = [("important", "true"), ("importance_reason", "住民の情報の扱いが変わる。")];
        stage.takes(&item, "agenda.judge", &judged).await;
        decide(stage, &item, &voter).await;
        stage.is_refused("NO_REVIEW_BOARD_OPINION", self.article).await;
        let asked = stage.opens("review_opinions", "review_opinion.ask", &question).await;
        stage.shows(&item, &[("状態", "意見照会中"), ("重要な事項と認める", "はい")]).await;
        // Asked is not answered.
        decide(stage, &item, &voter).await;
        stage.is_refused("NO_REVIEW_BOARD_OPINION", self.article).await;
        stage.page.shot("no-opinion").await;

        self.is_answered(stage, &asked).await;
        stage.plays("chief").await;
        decide(stage, &item, &voter).await;
        stage.is_done().await;
        stage.shows(&item, &[("状態", "決定"), ("決定の内容", "案のとおりとする。")]).await;
        self.says_why_it_departs(stage, &asked).await;
    }

    async fn is_answered(&self, stage: &Stage, asked: &Row) {
        let (yesterday, today) = (day(-1), day(0));
        stage.plays("council_secretariat").await;
        let answer = [("received_on", yesterday.as_str()), ("opinion", "範囲を広げるべきである。")];
        stage.does(asked, "review_opinion.receive", &answer).await;
        stage.is_refused("DATES_REVERSED", self.article).await;
        stage.fills(&[("received_on", &today)]).await;
        stage.is_done().await;
    }

    async fn says_why_it_departs(&self, stage: &Stage, asked: &Row) {
        stage.does(asked, "review_opinion.treat", &[("treatment", "departed")]).await;
        stage.is_refused("DEPARTURE_REASON_REQUIRED", self.article).await;
        stage.fills(&[("departure_reason", "業務に支障があるため。")]).await;
        stage.is_done().await;
        let there: Fields<'_> = &[
            ("状態", "扱いを記録"),
            ("意見の扱い", "意見と異なる決定をした"),
            ("意見の内容", "範囲を広げるべきである。"),
            ("意見と異なる理由", "業務に支障があるため。"),
        ];
        stage.shows(asked, there).await;
        stage.prints(asked, &["審査会・審議会意見聴取簿", "業務に支障があるため。"]).await;
        stage.is_proven(asked, self.article).await;
    }
}

/// The chair decides on an item as it was tabled.
pub(crate) async fn decide(stage: &Stage, item: &Row, voter: &Row) {
    let decision = [
        ("result", "approved"),
        ("decision", "案のとおりとする。"),
        ("decision_method", "consensus"),
        ("voters", voter.key.as_str()),
    ];
    stage.does(item, "agenda.decide", &decision).await;
}
