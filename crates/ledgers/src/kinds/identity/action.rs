//! Importing, searching, showing, extracting and printing identity records. Purpose and basis come
//! first; the terms of a search are recorded with it.

use crate::act;

act! {
    /// Takes over records from the municipality's own resident system.
    ImportRecords: "identity.import" {
        file: String = Line(200), private "ファイル名";
        encoding: String = Line(20), "文字コード";
        rows: i64 = Int(0, 10_000_000), "件数";
        digest: String = Line(64), "ファイルの指紋";
    }
}

act! {
    /// Searches.
    Search: "identity.search" {
        purpose: Option<String> = Code("purpose"), "目的";
        basis: Option<String> = Line(100), private "根拠";
        juki_code: Option<String> = Line(20), private "住民票コード";
        my_number: Option<String> = Line(20), private "個人番号";
        name: Option<String> = Line(60), private "氏名";
        kana: Option<String> = Line(60), private "ふりがな";
        birth: Option<String> = Line(20), private "生年月日";
        sex: Option<String> = Code("sex"), private "性別";
        address: Option<String> = Line(100), private "住所の一部";
    }
}

act! {
    /// Shows one record, as far as the purpose needs.
    Show: "identity.show" {
        purpose: Option<String> = Code("purpose"), "目的";
        basis: Option<String> = Line(100), private "根拠";
        subject: String = Line(32), "対象者";
        fields: Option<String> = Codes("identity_field"), "表示する項目";
    }
}

act! {
    /// Extracts records as a file.
    Extract: "identity.extract" {
        purpose: Option<String> = Code("purpose"), "目的";
        basis: Option<String> = Line(100), private "根拠";
        subjects: String = Line(400), "対象者";
        fields: Option<String> = Codes("identity_field"), "抽出する項目";
        reason: String = Lines(400), private "理由";
        applicant: Option<String> = Line(60), private "依頼者";
    }
}

act! {
    /// Prints a form.
    Print: "identity.print" {
        purpose: Option<String> = Code("purpose"), "目的";
        basis: Option<String> = Line(100), private "根拠";
        subject: String = Line(32), "対象者";
        form: String = Code("form"), "帳票";
        applicant: String = Line(60), private "申請者";
        quantity: i64 = Int(1, 99), "数量";
        remarks: Option<String> = Line(200), private "その他必要な事項";
    }
}
