//! G11: how large a group may become.

use tls_codec::VLBytes;

use super::{mallory::Scene, *};

fn crowd(count: usize) -> Vec<Joiner> {
    let mut rng = rng(200);
    let mut somebody = || {
        let identity = Identity::generate(&mut rng);
        let candidate = Candidate::new(&identity, ChaCha20Rng::from_rng(&mut rng));
        joiner(&candidate.expect("a candidate"))
    };
    (0..count).map(|_| somebody()).collect()
}

#[test]
fn g11_a_commit_that_leads_to_too_many_members_is_not_made() {
    let alice = identity(1);
    let mut ours = founded(&alice);
    let [one] = &crowd(1)[..] else { panic!("one") };
    let too_many = ours.commit(&alice, &vec![one; MAX_MEMBERS as usize], &[]);
    assert_eq!(too_many, Err(GroupError::Full));
}

#[test]
fn g11_members_are_counted_as_the_commit_leaves_them() {
    let most = MAX_MEMBERS as usize;
    assert!(rules::has_room(most - 2, 2, 0) && !rules::has_room(most - 2, 3, 0));
    assert!(rules::has_room(most, 5, 5) && !rules::has_room(most, 6, 5));
}

#[test]
fn g11_a_commit_that_leads_to_too_many_members_is_not_taken_nor_its_welcome() {
    let mut scene = Scene::new();
    let last = Candidate::new(&identity(4), rng(4)).expect("a candidate");
    let mut added: Vec<KeyPackage> = crowd(MAX_MEMBERS as usize - 3)
        .into_iter()
        .map(|joiner| joiner.key_package)
        .collect();
    added.push(joiner(&last).key_package);
    let [commit, welcome] = scene.mallory.add(&added);
    scene.refuses(&commit, "4,097 members");
    let refused = last.join(&welcome, |_, _| true).err();
    let refused = refused.map(|rejected| rejected.error);
    assert_eq!(refused, Some(GroupError::PeerMisbehaved), "leaf 4,096");
}

#[test]
fn g11_a_commit_whose_welcome_nobody_could_put_together_is_not_made() {
    let alice = identity(1);
    let mut ours = founded(&alice);
    let crowd = crowd(1700);
    let crowd: Vec<&Joiner> = crowd.iter().collect();
    let too_large = ours.commit(&alice, &crowd, &[]);
    assert_eq!(too_large, Err(GroupError::Full));
    assert!(ours.commit(&alice, &crowd[..2], &[]).is_ok(), "as before");
}

#[test]
fn g11_what_is_longer_than_carriers_bring_is_not_made() {
    let alice = identity(1);
    let mut ours = founded(&alice);
    let crowd = crowd(8);
    let crowd: Vec<&Joiner> = crowd.iter().collect();
    let mut add = |count, longest| ours.commit_within(&alice, &crowd[..count], &[], longest);
    assert_eq!(add(8, 20_000), Err(GroupError::Full), "a Commit of 22 kB");
    let committed = add(4, 20_000).expect("as before");
    let welcome = committed.welcome.map_or(0, |welcome| welcome.len());
    assert!(committed.commit.len().max(welcome) <= 20_000);
}

/// A Welcome of this suite, for so many, each by three empty strings.
fn hollow_welcome(entries: u32) -> Vec<u8> {
    let secrets = VLBytes::new(vec![0; 3 * entries as usize]);
    let secrets = secrets.tls_serialize_detached().expect("bytes");
    [&[0, 1, 0, 3, 0, 0x4f], &secrets[..], &[0]].concat()
}

#[test]
fn g11_a_welcome_for_more_than_may_be_members_is_not_read() {
    assert!(parse_welcome(&hollow_welcome(MAX_MEMBERS)).is_ok());
    for entries in [MAX_MEMBERS + 1, 1_300_000] {
        let refused = parse_welcome(&hollow_welcome(entries));
        assert_eq!(refused.err(), Some(GroupError::PeerMisbehaved));
    }
}

/// The same bytes as a key package or a Commit: what they are is asked first.
#[test]
fn g11_what_comes_as_something_else_is_not_read() {
    let welcome = hollow_welcome(2);
    assert!(Joiner::parse(&welcome).is_err());
    for format in [WireFormat::KeyPackage, WireFormat::PrivateMessage] {
        let refused = parse_message(&welcome, format);
        assert_eq!(refused.err(), Some(GroupError::PeerMisbehaved));
    }
    assert!(parse_message(&welcome, WireFormat::Welcome).is_ok());
}
