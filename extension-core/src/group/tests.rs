//! Groups by themselves: real MLS, messages handed over by hand.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use rand_core::SeedableRng;

mod broken_keys;
mod broken_rules;
// Half a minute in a browser's wasm.
#[cfg(not(target_arch = "wasm32"))]
mod full;
mod mallory;
mod vectors;

use super::{storage::Kind, *};

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn identity(seed: u8) -> Identity {
    Identity::generate(&mut rng(seed))
}

fn founded(identity: &Identity) -> Group {
    Group::found(identity, GroupId([9; 16]), rng(100)).expect("a group")
}

fn joiner(candidate: &Candidate) -> Joiner {
    Joiner::parse(candidate.message()).expect("a key package")
}

fn pair() -> (Identity, Group, Group) {
    let (alice, bob) = (identity(1), identity(2));
    let mut ours = founded(&alice);
    let candidate = Candidate::new(&bob, rng(3)).expect("a candidate");
    let committed = ours
        .commit(&alice, &[&joiner(&candidate)], &[])
        .expect("a commit");
    let theirs = candidate
        .join(&committed.welcome.expect("a welcome"), |_, _| true)
        .expect("joined");
    (alice, ours, theirs)
}

#[test]
fn b5_a_key_packages_reference_is_known_before_it_is_read() {
    let candidate = Candidate::new(&identity(2), rng(3)).expect("a candidate");
    let claimed = claimed_reference(candidate.message());
    assert_eq!(claimed, Some(candidate.reference()));
    assert_eq!(claimed_reference(b"abc"), None);
}

#[test]
fn a_welcome_leads_to_the_same_secrets() {
    let (_, ours, theirs) = pair();
    assert_eq!(ours.epoch_authenticator(), theirs.epoch_authenticator());
    assert_eq!(ours.media_base_key(), theirs.media_base_key());
    assert_eq!(ours.members(), theirs.members());
    assert_eq!(ours.epoch(), theirs.epoch());
}

#[test]
fn the_suite_is_the_hybrid_one() {
    assert_eq!(u16::from(CIPHERSUITE), 0x004F);
    let (_, ours, _) = pair();
    assert_eq!(ours.mls.ciphersuite(), CIPHERSUITE);
}

#[test]
fn g9_no_clock_is_read_for_a_founders_leaf_either() {
    let ours = founded(&identity(1));
    let leaf = ours.mls.own_leaf_node().expect("a leaf");
    let lifetime = rules::unlimited();
    let source = openmls::treesync::LeafNodeSource::KeyPackage(lifetime);
    assert_eq!(leaf.leaf_node_source(), &source);
}

#[test]
fn every_epoch_has_another_media_key() {
    let (alice, mut ours, mut theirs) = pair();
    let before = ours.media_base_key().expect("a key");
    let committed = ours
        .commit(&alice, &[], &[])
        .expect("an empty commit updates");
    assert_eq!(
        theirs.receive(&committed.commit),
        Ok(Merged::Advanced {
            by: alice.peer(),
            added: vec![],
            update: true
        })
    );
    assert_ne!(ours.media_base_key().expect("a key"), before);
    assert_eq!(ours.media_base_key(), theirs.media_base_key());
}

#[test]
fn several_join_and_leave_in_one_commit() {
    let (alice, mut ours, mut theirs) = pair();
    let candidates =
        [5, 6].map(|seed| Candidate::new(&identity(seed), rng(seed + 20)).expect("a candidate"));
    let joiners = candidates.each_ref().map(joiner);
    let refs: Vec<&Joiner> = joiners.iter().collect();
    let committed = ours
        .commit(&alice, &refs, &[theirs.own_leaf()])
        .expect("a commit");
    assert_eq!(theirs.receive(&committed.commit), Ok(Merged::Removed));
    let welcome = committed.welcome.expect("a welcome");
    for candidate in candidates {
        assert!(welcomed(&welcome).contains(&candidate.reference()));
        let group = candidate.join(&welcome, |_, _| true).expect("joined");
        assert_eq!(group.epoch_authenticator(), ours.epoch_authenticator());
        assert_eq!(group.members().len(), 3);
    }
}

#[test]
fn a_commit_for_another_epoch_or_group_is_not_for_us() {
    let (alice, mut ours, mut theirs) = pair();
    let committed = ours.commit(&alice, &[], &[]).expect("a commit");
    assert!(theirs.receive(&committed.commit).is_ok());
    assert_eq!(theirs.receive(&committed.commit), Err(GroupError::NotForUs));
    let (carol, mut elsewhere) = (
        identity(8),
        Group::found(&identity(8), GroupId([1; 16]), rng(9)),
    );
    let other = elsewhere
        .as_mut()
        .expect("a group")
        .commit(&carol, &[], &[])
        .expect("a commit");
    assert_eq!(theirs.receive(&other.commit), Err(GroupError::NotForUs));
}

#[test]
fn garbage_is_refused_and_changes_nothing() {
    let (alice, mut ours, mut theirs) = pair();
    let before = theirs.epoch_authenticator().to_vec();
    let committed = ours.commit(&alice, &[], &[]).expect("a commit");
    for position in 0..committed.commit.len() {
        let mut broken = committed.commit.clone();
        broken[position] ^= 0x55;
        assert!(theirs.receive(&broken).is_err(), "byte {position}");
    }
    for length in 0..committed.commit.len() {
        assert!(theirs.receive(&committed.commit[..length]).is_err());
    }
    assert_eq!(theirs.epoch_authenticator(), before);
    assert!(theirs.receive(&committed.commit).is_ok(), "the genuine one");
}

#[test]
fn g6_what_comes_as_something_else_can_still_be_taken_for_what_it_is() {
    let (alice, mut ours, mut theirs) = pair();
    let told = ours.tell(&alice, b"something").expect("a message");
    let refused = GroupError::PeerMisbehaved;
    assert_eq!(theirs.receive(&told), Err(refused));
    assert!(theirs.hear(&told).is_ok());
    let committed = ours.commit(&alice, &[], &[]).expect("a commit");
    assert_eq!(theirs.hear(&committed.commit), Err(refused));
    assert!(theirs.receive(&committed.commit).is_ok());
}

#[test]
fn a_broken_key_package_is_refused() {
    let candidate = Candidate::new(&identity(1), rng(2)).expect("a candidate");
    let message = candidate.message();
    for position in (0..message.len()).step_by(7) {
        let mut broken = message.to_vec();
        broken[position] ^= 0x55;
        assert!(Joiner::parse(&broken).is_err(), "byte {position}");
    }
    assert!(Joiner::parse(&[]).is_err());
    assert!(Joiner::parse(message).is_ok());
}

#[test]
fn a_welcome_that_leads_nowhere_does_not_spend_the_key_package() {
    let alice = identity(1);
    let mut ours = founded(&alice);
    let candidate = Candidate::new(&identity(2), rng(3)).expect("a candidate");
    let committed = ours.commit(&alice, &[&joiner(&candidate)], &[]);
    let welcome = committed.expect("a commit").welcome.expect("a welcome");
    let mut broken = welcome.clone();
    *broken.last_mut().expect("bytes") ^= 1;
    assert!(welcomed(&broken).contains(&candidate.reference()));
    let rejected = candidate
        .join(&broken, |_, _| true)
        .err()
        .expect("it leads nowhere");
    let refused = rejected.candidate.join(&welcome, |_, _| false);
    let refused = refused.err().expect("it doesn't fit");
    let theirs = refused
        .candidate
        .join(&welcome, |_, _| true)
        .expect("the genuine one");
    assert_eq!(theirs.epoch_authenticator(), ours.epoch_authenticator());
}

#[test]
fn a_member_can_be_removed_and_added_again_in_one_commit() {
    let (alice, mut ours, theirs) = pair();
    let again = Candidate::new(&identity(2), rng(11)).expect("a candidate");
    let committed = ours.commit(&alice, &[&joiner(&again)], &[theirs.own_leaf()]);
    let welcome = committed.expect("a commit").welcome.expect("a welcome");
    let back = again.join(&welcome, |_, _| true).expect("joined");
    assert_eq!(back.epoch_authenticator(), ours.epoch_authenticator());
    assert_eq!(back.members().len(), 2);
}

/// What kinds of keys are held, one for each entry.
fn kinds(provider: &Provider) -> Vec<Kind> {
    let entries = provider.keys().0;
    entries.into_keys().map(|(kind, _)| kind).collect()
}

#[test]
fn storage_does_not_grow_with_epochs() {
    let (alice, mut ours, mut theirs) = pair();
    let bob = identity(2);
    let mut carol = None;
    for round in 0..10 {
        let candidate = Candidate::new(&identity(50 + round), rng(80 + round));
        let candidate = candidate.expect("a candidate");
        let leaving: Vec<Leaf> = carol.iter().map(Group::own_leaf).collect();
        let committed = ours.commit(&alice, &[&joiner(&candidate)], &leaving);
        let committed = committed.expect("a commit");
        theirs.receive(&committed.commit).expect("merged");
        let welcome = committed.welcome.expect("a welcome");
        carol = Some(candidate.join(&welcome, |_, _| true).expect("joined"));
        let update = theirs.commit(&bob, &[], &[]).expect("a commit");
        for other in [&mut ours].into_iter().chain(&mut carol) {
            other.receive(&update.commit).expect("merged");
        }
        for group in [&ours, &theirs].into_iter().chain(&carol) {
            let kept = kinds(&group.provider);
            assert_eq!(kept, [Kind::EpochKeys], "only this epoch's keys");
        }
    }
}

/// All private keys that a group holds, in the order of the path.
fn private_keys(group: &Group) -> Vec<Vec<u8>> {
    let entries = group.provider.keys().0;
    let pairs = entries.values().map(|bytes| {
        postcard::from_bytes::<Vec<(Vec<u8>, Vec<u8>)>>(bytes).expect("public and private keys")
    });
    pairs.flatten().map(|(_, private)| private).collect()
}

#[test]
fn the_keys_of_past_epochs_are_gone() {
    let (alice, mut ours, mut theirs) = pair();
    for _ in 0..3 {
        let (mine, others) = (private_keys(&ours), private_keys(&theirs));
        let committed = ours.commit(&alice, &[], &[]).expect("a commit");
        theirs.receive(&committed.commit).expect("merged");
        assert_eq!(private_keys(&ours).len(), 2, "the leaf's and the root's");
        assert!(private_keys(&ours).iter().all(|key| !mine.contains(key)));
        let kept = private_keys(&theirs);
        let kept: Vec<_> = kept.iter().filter(|key| others.contains(key)).collect();
        assert_eq!(kept.len(), 1, "the leaf's, until its member commits");
    }
}

#[test]
fn a_key_package_is_gone_once_it_was_used() {
    let candidate = Candidate::new(&identity(1), rng(2)).expect("a candidate");
    assert_eq!(kinds(&candidate.provider), [Kind::KeyPackage]);
    let (_, _, joined) = pair();
    assert_eq!(kinds(&joined.provider), [Kind::EpochKeys]);
}

#[test]
fn an_update_proposal_is_refused_as_its_key_would_be_lost() {
    let (alice, mut ours, _) = pair();
    let parameters = openmls::prelude::LeafNodeParameters::default();
    let proposed = ours
        .mls
        .propose_self_update(&ours.provider, &alice, parameters);
    assert!(proposed.is_err());
    assert!(ours.commit(&alice, &[], &[]).is_ok());
}

#[test]
fn a_group_knows_which_key_package_a_member_came_with() {
    let alice = identity(1);
    let mut ours = founded(&alice);
    let [first, second] =
        [3, 4].map(|seed| joiner(&Candidate::new(&identity(2), rng(seed)).expect("a candidate")));
    assert!(!ours.holds(&first));
    ours.commit(&alice, &[&first], &[]).expect("a commit");
    assert!(ours.holds(&first) && !ours.holds(&second));
}
