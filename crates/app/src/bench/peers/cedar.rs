//! Raw Cedar: its authorizer, with the same policies and the same facts as context.

use std::collections::HashSet;
use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request as CedarRequest, RestrictedExpression,
};
use sekisho_regulation::Profile;

use crate::bench::BenchError;
use crate::bench::requests::Request;
use sekisho_regulation::profile::Plain;

pub(super) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    /// The acts with the groups of facts to which they belong.
    entities: Entities,
    action: EntityTypeName,
    person: EntityTypeName,
    thing: EntityTypeName,
}

impl Cedar {
    pub(super) fn new(profile: &Profile, policies: &str) -> Result<Self, BenchError> {
        let name = |text: &str| EntityTypeName::from_str(text).map_err(BenchError::wrong);
        let action = name("Sekisho::Action")?;
        let uid = |id: &str| EntityUid::from_type_name_and_id(action.clone(), EntityId::new(id));
        let vocabulary = &profile.vocabulary;
        let groups = vocabulary.groups.keys().map(|group| Entity::new_no_attrs(uid(group), HashSet::new()));
        let acts = vocabulary
            .acts
            .iter()
            .map(|(act, facts)| Entity::new_no_attrs(uid(act), facts.groups.iter().map(|group| uid(group)).collect()));
        let entities = Entities::from_entities(groups.chain(acts), None).map_err(BenchError::wrong)?;
        let policies = PolicySet::from_str(policies).map_err(BenchError::wrong)?;
        let (person, thing) = (name("Sekisho::Person")?, name("Sekisho::Thing")?);
        Ok(Self { authorizer: Authorizer::new(), policies, entities, action, person, thing })
    }

    pub(super) fn request(&self, request: &Request) -> Result<CedarRequest, BenchError> {
        let uid = |kind: &EntityTypeName, id: &str| EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id));
        let facts = request.facts.iter().map(|(name, value)| {
            let value = match value {
                Plain::Bool(yes) => RestrictedExpression::new_bool(*yes),
                Plain::Long(number) => RestrictedExpression::new_long(*number),
                Plain::Text(text) => RestrictedExpression::new_string(text.clone()),
            };
            (name.clone(), value)
        });
        let context = Context::from_pairs(facts).map_err(BenchError::wrong)?;
        let (person, act, thing) = (uid(&self.person, "p001"), uid(&self.action, &request.act), uid(&self.thing, "t"));
        CedarRequest::new(person, act, thing, context, None).map_err(BenchError::wrong)
    }

    pub(super) fn decide(&self, request: &Request) -> Result<bool, BenchError> {
        Ok(self.decide_ready(&self.request(request)?))
    }

    pub(super) fn decide_ready(&self, request: &CedarRequest) -> bool {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}
