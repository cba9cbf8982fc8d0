//! Writes the seeds that a fuzzer doesn't find by itself: valid messages, for it to change.
//! `cargo run -p sotto-fuzz --example seeds`.
//!
//! The Welcome and the Commits belong together and are others each time.

use std::{fs, io, path::PathBuf};

use sotto_core::{
    carrier::cut,
    framing::Codec,
    group::{Candidate, Committed, Group, GroupError, Joiner},
    ids::{BranchDigest, Epoch, KeyPackageRef, Leaf},
    media::Context,
    wire::{
        Beacon, Company, Message, MessageId, Packet, Presence, Seek, SignedBeacon, Standing,
        Unheard, trailer,
    },
};
use sotto_fuzz::fixture::{self, ALICE, BOB, CAROL, DAVE, FRAMES, GROUP};

fn main() -> io::Result<()> {
    let kept = Kept::make().expect("groups of ours can be made");
    write("welcome", "genuine", &kept.welcome)?;
    write("commit", "genuine", &kept.updates)?;
    write("commit", "next-epoch", &kept.next)?;
    write("commit", "replaces-us", &kept.replaces_us)?;
    write_messages(&kept)?;
    write_key_packages()?;
    write_frames()?;
    write_calls()?;
    write_workers()
}

fn write(target: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes)
}

/// A whole message, a piece of one and a fragment for repair, behind a frame that is silent and
/// behind nothing.
fn write_carried() -> io::Result<()> {
    let small = &cut(b"a message")[0];
    let part = |index| {
        Packet {
            message: MessageId([7; 8]),
            index,
            count: 3,
            fragment: &[7; 600],
        }
        .to_bytes()
    };
    for (name, front, packet) in [
        ("behind-sound", &[0xf8, 0xff, 0xfe, 1, 2, 3][..], small),
        ("sound-alone", &[0xf8, 0xff, 0xfe], &part(1)),
        ("behind-nothing", &[], &part(9)),
    ] {
        let mut bytes = front.to_vec();
        trailer::append(packet, &mut bytes);
        write("carried", name, &bytes)?;
    }
    let text = b"what is cut, lost in part, and put together again by what is left";
    write("repair", "cut", &[&[0, 9, 3, 200][..], text].concat())?;
    write("repair", "parts", &[1, 2, 0, 2, 65, 66, 5, 3, 0, 1, 67])
}

/// Alice founds the group and welcomes Bob and Carol. Then each of the two commits in a way of
/// its own, of which Bob can follow either, and Alice once more.
struct Kept {
    welcome: Vec<u8>,
    updates: Vec<u8>,
    replaces_us: Vec<u8>,
    next: Vec<u8>,
}

impl Kept {
    fn make() -> Result<Self, GroupError> {
        let [alice, carol] = [ALICE, CAROL].map(fixture::identity);
        let joiners = [joiner(BOB)?, joiner(CAROL)?];
        let mut alices = Group::found(&alice, GROUP, fixture::rng(50))?;
        let Committed { welcome, .. } = alices.commit(&alice, &joiners.each_ref(), &[])?;
        let welcome = welcome.ok_or(GroupError::Internal)?;
        let joined = fixture::candidate(CAROL).join(&welcome, |_, _| true);
        let mut carols = joined.map_err(|rejected| rejected.error)?;
        let bobs_leaf = Leaf(1);
        let replaces = carols.commit(&carol, &[&joiner(DAVE)?], &[bobs_leaf])?;
        Ok(Self {
            welcome,
            updates: alices.commit(&alice, &[], &[])?.commit,
            replaces_us: replaces.commit,
            next: alices.commit(&alice, &[], &[])?.commit,
        })
    }
}

fn joiner(person: u8) -> Result<Joiner, GroupError> {
    Joiner::parse(fixture::candidate(person).message())
}

fn write_messages(kept: &Kept) -> io::Result<()> {
    let messages = [
        ("beacon", beacon(None, Presence::Here)),
        ("seeking", beacon(Some(seek()), Presence::Here)),
        ("leaving", beacon(None, Presence::Leaving)),
        ("welcome", Message::Welcome(kept.welcome.clone().into())),
        ("commit", Message::Commit(kept.updates.clone().into())),
        ("key-package", Message::KeyPackage(vec![7; 40].into())),
    ];
    for (name, message) in messages {
        let bytes = message.to_bytes();
        if matches!(message, Message::Beacon(_)) {
            write("beacon", name, &bytes)?;
        }
        write("message", name, &bytes)?;
        write("packet", name, &cut(&bytes)[0])?;
    }
    write_carried()?;
    write("packet", "cut-off", &cut(&[7; 40_000])[1][..64])
}

fn seek() -> Seek {
    Seek {
        group: GROUP,
        key_package: KeyPackageRef([7; 32]),
    }
}

fn beacon(seeks: Option<Seek>, presence: Presence) -> Message {
    let standing = Standing {
        group: GROUP,
        epoch: Epoch(3),
        digest: BranchDigest([4; 8]),
        leaf: Leaf(5),
    };
    let beacon = Beacon {
        sequence: 8,
        standing,
        seeks,
        presence,
        company: Company::Together,
        unheard: Unheard::default(),
    };
    Message::Beacon(SignedBeacon::sign(&fixture::identity(DAVE), beacon))
}

fn write_key_packages() -> io::Result<()> {
    for (name, person) in [("alice", ALICE), ("bob", BOB)] {
        let candidate: Candidate = fixture::candidate(person);
        let message = candidate.message();
        write("key_package", name, message)?;
        write("key_package", &format!("{name}-cut-off"), &message[..200])?;
    }
    Ok(())
}

/// What the `open` target opens: the codec's number, then the sealed frame.
fn write_frames() -> io::Result<()> {
    let mut keyring = fixture::keyring(Leaf(0));
    let mut buffer = Vec::new();
    for (number, (codec, plain)) in FRAMES.iter().enumerate() {
        let sealed = keyring.seal(Context(number as u8), codec.frame(plain), &mut buffer);
        let sealed = sealed.expect("there is a key");
        let arrived = [&[codec.tag() - 1], sealed].concat();
        write("open", &format!("sealed-{number}"), &arrived)?;
        write("framing", &format!("plain-{number}"), plain)?;
        if number % 4 == 0 {
            write("framing", &format!("sealed-{number}"), sealed)?;
        }
    }
    for name in [Codec::Opus, Codec::Av1].map(Codec::mime) {
        write("framing", &name.replace('/', "-"), name.as_bytes())?;
    }
    Ok(())
}

fn write_calls() -> io::Result<()> {
    let meet = call(0, &[50]);
    let media = [call(9, &[0, 1, 1, 0x50, 40]), call(10, &[1, 0, 1, 0, 0])].concat();
    let claims = [0, 1, 255].map(|epoch| call(14, &[0, 1, 2, 1, epoch, 1, 2, 0, 0]));
    let stories: [(&str, Vec<u8>); 7] = [
        ("meet", meet.clone()),
        ("media", [meet.clone(), media].concat()),
        (
            "leave",
            [meet.clone(), call(12, &[0]), call(0, &[20])].concat(),
        ),
        (
            "rejoin",
            [call(12, &[1]), meet.clone(), call(13, &[1]), call(0, &[9])].concat(),
        ),
        (
            "sleep",
            [meet.clone(), call(1, &[0, 40]), call(0, &[9])].concat(),
        ),
        (
            "losses",
            [
                call(0, &[5]),
                call(3, &[0]),
                call(4, &[1]),
                call(6, &[2, 99, 0, 1]),
            ]
            .concat(),
        ),
        (
            "strangers",
            [meet, claims.concat(), call(0, &[200])].concat(),
        ),
    ];
    for (name, story) in stories {
        write("call", name, &[&[0], &story[..]].concat())?;
        write("recovery", name, &[&[1], &story[..]].concat())?;
    }
    write_channels()
}

fn write_channels() -> io::Result<()> {
    let open = |link| [chosen(0, 8), vec![link]].concat();
    let fragment = |message, index| [chosen(2, 8), vec![0, message, index]].concat();
    let whole = [
        open(0),
        fragment(1, 0),
        fragment(1, 1),
        open(1),
        fragment(0, 0),
    ]
    .concat();
    let nine: Vec<u8> = (0..9).rev().flat_map(|index| fragment(3, index)).collect();
    write("reassembly", "whole", &whole)?;
    write("reassembly", "backwards", &[open(0), nine].concat())
}

fn write_workers() -> io::Result<()> {
    let frame = [0x51; 60];
    let transform = [&worker(17, &[1, 1, 2]), &frame[..], &[60]].concat();
    let stories: [(&str, Vec<u8>); 6] = [
        ("large", large_frames()),
        ("call", worker(0, &[9])),
        ("room", worker(25, &[1, 1, 0, 1])),
        ("frame", transform),
        (
            "off",
            [worker(7, &[1]), worker(0, &[20]), worker(6, &[1])].concat(),
        ),
        (
            "reload",
            [worker(5, &[1]), worker(4, &[1]), worker(0, &[200])].concat(),
        ),
    ];
    for (name, story) in stories {
        write("worker", name, &[&[1], &story[..]].concat())?;
    }
    Ok(())
}

/// Frames that WebCrypto seals and opens, well and badly. How long a slice is is read from the end.
fn large_frames() -> Vec<u8> {
    let lengths: [u16; 5] = [4203, 4203, 4204, 4205, 4202];
    let frames = lengths.map(|length| {
        let frame = vec![0x51; length.into()];
        [worker(17, &[1, 1, 2]), frame].concat()
    });
    let mut lengths = lengths.map(u16::to_be_bytes);
    lengths.reverse();
    [frames.concat(), lengths.concat()].concat()
}

/// An operation of `call`, by its place in the list.
fn call(operation: u64, parameters: &[u8]) -> Vec<u8> {
    [chosen(operation, 15), parameters.to_vec()].concat()
}

/// The same of `worker`.
fn worker(operation: u64, parameters: &[u8]) -> Vec<u8> {
    [chosen(operation, 26), parameters.to_vec()].concat()
}

/// How `arbitrary` reads the choice of one among many: as a fraction of 2^32.
fn chosen(one: u64, of: u64) -> Vec<u8> {
    let fraction = (one << 32).div_ceil(of) as u32;
    fraction.to_le_bytes().to_vec()
}
