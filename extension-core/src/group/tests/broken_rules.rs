//! The rules of section 1, each broken by somebody who knows MLS well.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use openmls::{
    prelude::{
        ApplicationIdExtension, Capabilities, CapabilitiesBuilder, CredentialType, Extension,
        ExtensionType, Extensions, GroupContext, KeyPackageBuilder, LeafNodeParameters, Lifetime,
        PURE_PLAINTEXT_WIRE_FORMAT_POLICY, PreSharedKeyProposal, Proposal, ProposalType,
        RatchetTreeIn, RequiredCapabilitiesExtension,
    },
    schedule::PreSharedKeyId,
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use tls_codec::VLBytes;

use super::mallory::{Mallory, Scene, key_package};
use super::*;

fn somebody() -> CredentialWithKey {
    credential(&identity(77))
}

/// The key of one, under a name that isn't its id.
fn named(name: &[u8], key: &Identity) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(name.to_vec()).into(),
        signature_key: key.public_key().to_vec().into(),
    }
}

/// What every leaf can, and something else: G2.
fn can_more() -> [Capabilities; 5] {
    let classical = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    let like_ours = || Capabilities::builder().ciphersuites(vec![CIPHERSUITE]);
    let versions = vec![ProtocolVersion::Mls10, ProtocolVersion::Other(0xff01)];
    let credentials = vec![CredentialType::Basic, CredentialType::Other(0xff01)];
    [
        like_ours().extensions(vec![ExtensionType::Unknown(0xff01)]),
        like_ours().ciphersuites(vec![CIPHERSUITE, classical]),
        like_ours().proposals(vec![ProposalType::Custom(0xff01)]),
        like_ours().credentials(credentials),
        like_ours().versions(versions),
    ]
    .map(CapabilitiesBuilder::build)
}

fn application_id() -> Extension {
    Extension::ApplicationId(ApplicationIdExtension::new(b"somebody"))
}

/// Key packages that MLS takes and we don't.
fn forbidden_key_packages(provider: &OpenMlsRustCrypto) -> Vec<(&'static str, KeyPackage)> {
    type Shape = fn(KeyPackageBuilder) -> KeyPackageBuilder;
    let plain: Shape = |builder| builder;
    let rows: [(&str, Shape, CredentialWithKey); 6] = [
        (
            "G3, key package",
            KeyPackageBuilder::mark_as_last_resort,
            somebody(),
        ),
        (
            "G3, leaf",
            |it| it.leaf_node_extensions(Extensions::single(application_id()).expect("one")),
            somebody(),
        ),
        (
            "G5, another's id",
            plain,
            named(&identity(1).peer().0, &identity(77)),
        ),
        ("G5, no id", plain, named(b"Mallory", &identity(77))),
        (
            "G9, short",
            |it| it.key_package_lifetime(Lifetime::new(600)),
            somebody(),
        ),
        (
            "G9, from today",
            |it| it.key_package_lifetime(Lifetime::default()),
            somebody(),
        ),
    ];
    let made =
        rows.map(|(rule, shape, shown)| (rule, key_package(provider, shape, CIPHERSUITE, shown)));
    let can_more = can_more().map(|can| {
        let shape = |it: KeyPackageBuilder| it.leaf_node_capabilities(can);
        ("G2", key_package(provider, shape, CIPHERSUITE, somebody()))
    });
    made.into_iter().chain(can_more).collect()
}

fn message(key_package: &KeyPackage) -> Vec<u8> {
    to_bytes(&MlsMessageOut::from(key_package.clone())).expect("bytes")
}

#[test]
fn g1_to_g9_a_key_package_that_breaks_a_rule_is_refused() {
    let provider = OpenMlsRustCrypto::default();
    for (rule, key_package) in forbidden_key_packages(&provider) {
        let outcome = Joiner::parse(&message(&key_package));
        assert_eq!(outcome, Err(GroupError::PeerMisbehaved), "{rule}");
    }
    let like_ours = key_package(&provider, |it| it, CIPHERSUITE, somebody());
    assert!(Joiner::parse(&message(&like_ours)).is_ok());
}

#[test]
fn g1_to_g9_a_commit_that_adds_by_a_key_package_that_breaks_a_rule_is_refused() {
    let mut scene = Scene::new();
    for (rule, added) in forbidden_key_packages(&OpenMlsRustCrypto::default()) {
        let mut scene = Scene::new();
        let commit = scene.mallory.commit(|it| it.propose_adds([added]));
        scene.refuses(&commit.expect("MLS doesn't mind"), rule);
    }
    let like_ours = key_package(&scene.mallory.provider, |it| it, CIPHERSUITE, somebody());
    let commit = scene.mallory.commit(|it| it.propose_adds([like_ours]));
    assert!(
        scene
            .alice
            .receive(&commit.expect("it keeps the rules"))
            .is_ok()
    );
}

#[test]
fn g1_a_key_package_of_another_suite_is_told_apart_and_can_be_added_by_nobody() {
    let mut scene = Scene::new();
    let classical = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;
    let provider = OpenMlsRustCrypto::default();
    let both = |it: KeyPackageBuilder| {
        let suites = vec![CIPHERSUITE, classical];
        it.leaf_node_capabilities(Capabilities::builder().ciphersuites(suites).build())
    };
    let added = key_package(&provider, both, classical, somebody());
    assert_eq!(
        Joiner::parse(&message(&added)),
        Err(GroupError::Unsupported)
    );
    assert!(scene.mallory.commit(|it| it.propose_adds([added])).is_err());
}

#[test]
fn g2_g3_g5_g8_a_path_that_makes_its_leaf_into_another_is_refused() {
    let bob = identity(2);
    let leaf = LeafNodeParameters::builder;
    let [can_more, ..] = can_more();
    let rows = [
        ("G2", leaf().with_capabilities(can_more)),
        (
            "G3",
            leaf().with_extensions(Extensions::single(application_id()).expect("one")),
        ),
        (
            "G5",
            leaf().with_credential_with_key(named(&bob.peer().0, &identity(66))),
        ),
    ];
    for (rule, leaf) in rows {
        let mut scene = Scene::new();
        let commit = scene.mallory.path(leaf.build());
        scene.refuses(&commit, rule);
    }
    let mut scene = Scene::new();
    let commit = scene.mallory.hand_over_to(&identity(67));
    scene.refuses(&commit, "G8");
}

#[test]
fn g7_a_commit_of_anything_but_adds_and_removals_is_refused() {
    let required = RequiredCapabilitiesExtension::new(&[], &[], &[]);
    let extensions: Extensions<GroupContext> =
        Extensions::single(Extension::RequiredCapabilities(required)).expect("one");
    let mut scene = Scene::new();
    let commit = scene.mallory.commit(|it| {
        it.propose_group_context_extensions(extensions)
            .expect("MLS doesn't mind")
    });
    scene.refuses(
        &commit.expect("MLS doesn't mind"),
        "group context extensions",
    );

    let mut scene = Scene::new();
    let psk = PreSharedKeyId::external(b"psk".to_vec(), vec![7; 32]);
    psk.store(&scene.mallory.provider, b"a secret")
        .expect("kept");
    let psk = Proposal::PreSharedKey(Box::new(PreSharedKeyProposal::new(psk)));
    let commit = scene.mallory.commit(|it| it.add_proposal(psk));
    scene.refuses(&commit.expect("MLS doesn't mind"), "a pre-shared key");
}

#[test]
fn g7_a_commit_that_only_adds_is_taken_with_a_path_and_made_without() {
    let mut scene = Scene::new();
    let like_ours = key_package(&scene.mallory.provider, |it| it, CIPHERSUITE, somebody());
    let [with_a_path, _] = scene.mallory.add(&[like_ours]);
    assert!(has_path(&mut scene.bob, &with_a_path));
    assert!(scene.alice.receive(&with_a_path).is_ok());
    let (alice, mut ours, mut theirs) = pair();
    let added = joiner(&Candidate::new(&identity(77), rng(4)).expect("a candidate"));
    let made = ours.commit(&alice, &[&added], &[]).expect("a commit");
    assert!(!has_path(&mut theirs, &made.commit));
}

/// Whether a Commit that a member would take has one.
fn has_path(member: &mut Group, commit: &[u8]) -> bool {
    let processed = member.process(commit, ContentType::Commit);
    let processed = processed.expect("MLS doesn't mind").into_content();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed else {
        panic!("a Commit");
    };
    staged.update_path_leaf_node().is_some()
}

#[test]
fn g6_proposals_are_not_taken_and_so_not_committed_by_reference() {
    let mut scene = Scene::new();
    let like_ours = key_package(&scene.mallory.provider, |it| it, CIPHERSUITE, somebody());
    let Mallory {
        provider,
        identity,
        mls,
    } = &mut scene.mallory;
    let (proposal, _) = mls
        .propose_add_member(provider, identity, &like_ours)
        .expect("MLS doesn't mind");
    let proposal = to_bytes(&proposal).expect("bytes");
    assert_eq!(
        scene.alice.receive(&proposal),
        Err(GroupError::PeerMisbehaved)
    );
    let commit = scene.mallory.commit(|it| it.consume_proposal_store(true));
    scene.refuses(&commit.expect("MLS doesn't mind"), "by reference");
}

#[test]
fn g6_what_is_not_a_private_commit_of_a_member_is_refused() {
    let mut scene = Scene::new();
    let Mallory {
        provider,
        identity,
        mls,
    } = &mut scene.mallory;
    let application = mls.create_message(provider, identity, b"hello");
    let application = to_bytes(&application.expect("MLS doesn't mind")).expect("bytes");
    let plaintext = MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .build();
    mls.set_configuration(provider.storage(), &plaintext)
        .expect("kept");
    let public = scene.mallory.commit(|it| it).expect("MLS doesn't mind");
    scene.refuses(&application, "an application message");
    Scene::new().refuses(&public, "a PublicMessage");
}

#[test]
fn g6_nobody_lets_itself_in_from_outside() {
    let mut scene = Scene::new();
    let Mallory {
        provider,
        identity: signer,
        mls,
    } = &scene.mallory;
    let info = mls.export_group_info(provider.crypto(), signer, true);
    let info = to_bytes(&info.expect("MLS doesn't mind")).expect("bytes");
    let Ok(MlsMessageBodyIn::GroupInfo(info)) = parse_message(&info, WireFormat::GroupInfo) else {
        panic!("a GroupInfo");
    };
    let (stranger, provider) = (identity(77), OpenMlsRustCrypto::default());
    let (_, bundle) = MlsGroup::external_commit_builder()
        .build_group(&provider, info, somebody())
        .expect("MLS doesn't mind")
        .leaf_node_parameters(
            LeafNodeParameters::builder()
                .with_capabilities(rules::capabilities())
                .build(),
        )
        .load_psks(provider.storage())
        .expect("none")
        .build(provider.rand(), provider.crypto(), &stranger, |_| true)
        .expect("MLS doesn't mind")
        .finalize(&provider)
        .expect("MLS doesn't mind");
    let commit = to_bytes(bundle.commit()).expect("bytes");
    scene.refuses(&commit, "an external Commit");
}

/// A group like ours, but for what is changed in it.
fn like_ours() -> openmls::prelude::MlsGroupCreateConfigBuilder {
    MlsGroupCreateConfig::builder()
        .ciphersuite(CIPHERSUITE)
        .capabilities(rules::capabilities())
        .use_ratchet_tree_extension(true)
}

fn welcomed_by(mut mallory: Mallory) -> Result<Group, GroupError> {
    let candidate = Candidate::new(&identity(2), rng(3)).expect("a candidate");
    let welcome = mallory.welcome(&candidate);
    candidate
        .join(&welcome, |_, _| true)
        .map_err(|rejected| rejected.error)
}

#[test]
fn g2_to_g10_a_group_that_breaks_a_rule_is_not_joined() {
    let required = RequiredCapabilitiesExtension::new(&[], &[], &[]);
    let required = Extensions::single(Extension::RequiredCapabilities(required)).expect("one");
    let leaf = Extensions::single(application_id()).expect("one");
    let (own, others) = (
        credential(&identity(66)),
        named(&identity(1).peer().0, &identity(66)),
    );
    let [can_more, ..] = can_more();
    let rows = [
        ("G2", like_ours().capabilities(can_more), &[9; 16][..], &own),
        (
            "G3, group",
            like_ours().with_group_context_extensions(required),
            &[9; 16],
            &own,
        ),
        (
            "G3, leaf",
            like_ours()
                .with_leaf_node_extensions(leaf)
                .expect("allowed there"),
            &[9; 16],
            &own,
        ),
        ("G4", like_ours(), &[9; 17], &own),
        ("G5", like_ours(), &[9; 16], &others),
        (
            "G10",
            like_ours().use_ratchet_tree_extension(false),
            &[9; 16],
            &own,
        ),
    ];
    for (rule, config, id, shown) in rows {
        let mallory = Mallory::founding(&config.build(), id, shown.clone());
        let refused = welcomed_by(mallory).err();
        assert_eq!(refused, Some(GroupError::PeerMisbehaved), "{rule}");
    }
    let mallory = Mallory::founding(&like_ours().build(), &[9; 16], own);
    assert!(welcomed_by(mallory).is_ok());
}

#[test]
fn g10_a_tree_of_more_blanks_than_there_may_be_nodes_is_refused() {
    let blanks = |count: usize| {
        let vector = VLBytes::from(vec![0; count]).tls_serialize_detached();
        let tree = RatchetTreeIn::tls_deserialize_exact_bytes(&vector.expect("bytes"));
        rules::check_blanks(&tree.expect("MLS doesn't mind"))
    };
    assert_eq!(blanks(8_188), Ok(()));
    for too_many in [8_192, MAX_MLS_MESSAGE] {
        assert_eq!(blanks(too_many), Err(GroupError::PeerMisbehaved));
    }
}

#[test]
fn g9_a_lifetime_in_the_tree_of_a_welcome_keeps_nobody_out() {
    let past = Lifetime::init(0, 1);
    let config = like_ours().lifetime(past).build();
    let mallory = Mallory::founding(&config, &[9; 16], credential(&identity(66)));
    assert!(welcomed_by(mallory).is_ok());
}
