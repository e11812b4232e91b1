//! The evaluator: Cedar's meaning, over slots.

use std::sync::Arc;

use crate::compile::{Compare, Expr};
use crate::facts::Fact;

/// Why a condition has no value: a slot is empty, or a value has the wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EvalError;

#[derive(Clone, Copy)]
enum Val<'a> {
    Bool(bool),
    Long(i64),
    Text(&'a str),
    Set(&'a [Arc<str>]),
}

/// Whether the condition holds.
pub(crate) fn holds(expr: &Expr, values: &[Option<Fact>]) -> Result<bool, EvalError> {
    match expr {
        Expr::Not(arg) => holds(arg, values).map(|b| !b),
        Expr::And(left, right) => Ok(holds(left, values)? && holds(right, values)?),
        Expr::Or(left, right) => Ok(holds(left, values)? || holds(right, values)?),
        Expr::If(test, yes, no) => holds(if holds(test, values)? { yes } else { no }, values),
        Expr::Compare(op, left, right) => compare(*op, value(left, values)?, value(right, values)?),
        Expr::Contains(set, element) => match (value(set, values)?, value(element, values)?) {
            (Val::Set(set), Val::Text(code)) => Ok(set.iter().any(|c| c.as_ref() == code)),
            _ => Err(EvalError),
        },
        Expr::Value(_) | Expr::Slot(_) => match value(expr, values)? {
            Val::Bool(b) => Ok(b),
            _ => Err(EvalError),
        },
    }
}

fn value<'a>(expr: &'a Expr, values: &'a [Option<Fact>]) -> Result<Val<'a>, EvalError> {
    let fact = match expr {
        Expr::Value(fact) => fact,
        Expr::Slot(at) => values.get(*at).and_then(Option::as_ref).ok_or(EvalError)?,
        Expr::If(test, yes, no) => return value(if holds(test, values)? { yes } else { no }, values),
        _ => return holds(expr, values).map(Val::Bool),
    };
    Ok(match fact {
        Fact::Bool(b) => Val::Bool(*b),
        Fact::Long(n) => Val::Long(*n),
        Fact::Text(t) => Val::Text(t),
        Fact::Set(s) => Val::Set(s),
    })
}

fn compare(op: Compare, left: Val<'_>, right: Val<'_>) -> Result<bool, EvalError> {
    match (op, left, right) {
        (Compare::Equal, ..) => Ok(equal(left, right)),
        (Compare::NotEqual, ..) => Ok(!equal(left, right)),
        (Compare::Less, Val::Long(l), Val::Long(r)) => Ok(l < r),
        (Compare::LessEqual, Val::Long(l), Val::Long(r)) => Ok(l <= r),
        (Compare::Greater, Val::Long(l), Val::Long(r)) => Ok(l > r),
        (Compare::GreaterEqual, Val::Long(l), Val::Long(r)) => Ok(l >= r),
        _ => Err(EvalError),
    }
}

/// Cedar's equality: values of different types are not equal, and a set is its members.
fn equal(left: Val<'_>, right: Val<'_>) -> bool {
    match (left, right) {
        (Val::Bool(l), Val::Bool(r)) => l == r,
        (Val::Long(l), Val::Long(r)) => l == r,
        (Val::Text(l), Val::Text(r)) => l == r,
        (Val::Set(l), Val::Set(r)) => l.iter().all(|code| r.contains(code)) && r.iter().all(|code| l.contains(code)),
        _ => false,
    }
}

impl Expr {
    /// How many of the parts joined by `&&` do not hold: a measure of how far a permit is.
    pub(crate) fn failing(&self, values: &[Option<Fact>]) -> usize {
        match self {
            Self::And(left, right) => left.failing(values) + right.failing(values),
            _ => usize::from(holds(self, values) != Ok(true)),
        }
    }
}
