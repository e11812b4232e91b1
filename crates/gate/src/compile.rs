//! The compiler from Cedar's JSON form to a program over fact slots.
//!
//! Cedar has parsed and validated the policy before; what reaches this module and is not compiled
//! is named, and the profile does not load.

use serde_json::{Map, Value};

use crate::facts::Fact;

/// A condition. Every node is what Cedar means by it, over slots instead of attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Value(Fact),
    Slot(usize),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Compare(Compare, Box<Expr>, Box<Expr>),
    Contains(Box<Expr>, Box<Expr>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Why a condition cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompileError {
    /// The construct is not one of ours.
    Unsupported(String),
    /// The fact is not one of the act.
    Foreign(String),
}

/// Compiles the `when` and `unless` clauses of a policy into one condition; true without clauses.
pub(crate) fn conditions(policy: &Value, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Expr, CompileError> {
    let clauses = policy.get("conditions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut whole: Option<Expr> = None;
    for clause in clauses {
        let body = expr(clause.get("body").unwrap_or(&Value::Null), slot)?;
        let body = match clause.get("kind").and_then(Value::as_str) {
            Some("when") => body,
            Some("unless") => Expr::Not(Box::new(body)),
            other => return Err(CompileError::Unsupported(other.unwrap_or("?").to_owned())),
        };
        whole = Some(match whole {
            Some(before) => Expr::And(Box::new(before), Box::new(body)),
            None => body,
        });
    }
    Ok(whole.unwrap_or(Expr::Value(Fact::Bool(true))))
}

fn expr(json: &Value, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Expr, CompileError> {
    let node = json.as_object().filter(|node| node.len() == 1).and_then(|node| node.iter().next());
    let (op, args) = node.ok_or_else(|| CompileError::Unsupported(json.to_string()))?;
    let part = |name: &str| -> Result<Box<Expr>, CompileError> {
        expr(args.get(name).unwrap_or(&Value::Null), slot).map(Box::new)
    };
    let compare = |op| Ok(Expr::Compare(op, part("left")?, part("right")?));
    match op.as_str() {
        "Value" | "Set" | "neg" => constant(json).map(Expr::Value),
        "." => attribute(args, slot),
        "!" => Ok(Expr::Not(part("arg")?)),
        "&&" => Ok(Expr::And(part("left")?, part("right")?)),
        "||" => Ok(Expr::Or(part("left")?, part("right")?)),
        "if-then-else" => Ok(Expr::If(part("if")?, part("then")?, part("else")?)),
        "==" => compare(Compare::Equal),
        "!=" => compare(Compare::NotEqual),
        "<" => compare(Compare::Less),
        "<=" => compare(Compare::LessEqual),
        ">" => compare(Compare::Greater),
        ">=" => compare(Compare::GreaterEqual),
        "contains" => Ok(Expr::Contains(part("left")?, part("right")?)),
        other => Err(CompileError::Unsupported(other.to_owned())),
    }
}

fn attribute(args: &Value, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Expr, CompileError> {
    let of_context = args.get("left").and_then(|left| left.get("Var")).and_then(Value::as_str) == Some("context");
    match args.get("attr").and_then(Value::as_str) {
        Some(name) if of_context => slot(name).map(Expr::Slot).ok_or_else(|| CompileError::Foreign(name.to_owned())),
        _ => Err(CompileError::Unsupported(".".to_owned())),
    }
}

fn constant(json: &Value) -> Result<Fact, CompileError> {
    let unsupported = || CompileError::Unsupported(json.to_string());
    let node = json.as_object().ok_or_else(unsupported)?;
    if let Some(negated) = node.get("neg").and_then(|neg| neg.get("arg")) {
        return match constant(negated)? {
            Fact::Long(n) => n.checked_neg().map(Fact::Long).ok_or_else(unsupported),
            _ => Err(unsupported()),
        };
    }
    if let Some(Value::Array(items)) = node.get("Set") {
        return texts(items).ok_or_else(unsupported);
    }
    match node.get("Value") {
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => {
            Fact::from_json(value).ok_or_else(unsupported)
        }
        _ => Err(unsupported()),
    }
}

fn texts(items: &[Value]) -> Option<Fact> {
    let code = |item: &Value| -> Option<String> {
        let node: &Map<String, Value> = item.as_object()?;
        node.get("Value")?.as_str().map(str::to_owned)
    };
    // The order of the text is kept: it says what comes to mind first, and a set has no other.
    items.iter().map(|item| code(item).map(Into::into)).collect::<Option<_>>().map(Fact::Set)
}

impl Expr {
    /// Calls `visit` with this node and all below it, from left to right.
    pub(crate) fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        match self {
            Self::Value(_) | Self::Slot(_) => {}
            Self::Not(arg) => arg.walk(visit),
            Self::And(left, right)
            | Self::Or(left, right)
            | Self::Compare(_, left, right)
            | Self::Contains(left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::If(test, yes, no) => {
                test.walk(visit);
                yes.walk(visit);
                no.walk(visit);
            }
        }
    }

    /// Slots that it reads, each once, in the order in which they are first read.
    pub(crate) fn slots(&self) -> Vec<usize> {
        let mut slots = Vec::new();
        self.walk(&mut |node| {
            if let Self::Slot(at) = node
                && !slots.contains(at)
            {
                slots.push(*at);
            }
        });
        slots
    }
}
