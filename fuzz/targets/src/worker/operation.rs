//! What a worker can say to the core.

use arbitrary::{Arbitrary, Result, Unstructured};
use sotto_core::{
    media::Role,
    tab::{ConnectionState, End, Flow, MediaKind, Reach, Trouble},
};

/// A number from JavaScript: mostly one that means something, sometimes any.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub u32);

impl<'a> Arbitrary<'a> for Number {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let small: u8 = input.arbitrary()?;
        Ok(Self(match small {
            0..=239 => u32::from(small) % 8,
            240..=247 => u32::MAX - u32::from(small - 240),
            _ => input.arbitrary()?,
        }))
    }
}

/// See the module's text. The order is part of how the kept corpora are read: new ones come last.
#[derive(Clone, Debug, Arbitrary)]
pub enum Operation<'a> {
    /// What was sent arrives at the other tab, and time passes, for this many steps of 20 ms.
    Run {
        steps: u8,
    },
    /// The clock shows this.
    Clock {
        now: f64,
    },
    /// Time passes.
    Wait {
        milliseconds: u16,
    },
    Timeout,
    Attach {
        tab: Number,
    },
    Detach {
        page: Number,
    },
    TurnOn {
        tab: Number,
    },
    TurnOff {
        tab: Number,
    },
    Forget {
        tab: Number,
    },
    Reach {
        tab: Number,
        reach: u8,
    },
    Connection {
        page: Number,
        number: Number,
        state: u8,
    },
    Channel {
        page: Number,
        number: Number,
        open: bool,
    },
    Control {
        page: Number,
        number: Number,
        bytes: &'a [u8],
    },
    Stream {
        page: Number,
        number: Number,
        connection: Number,
        sends: bool,
        video: bool,
    },
    StreamEnded {
        page: Number,
        number: Number,
    },
    Trouble {
        page: Number,
        trouble: u8,
    },
    Codec {
        name: &'a str,
    },
    Transform {
        page: Number,
        stream: Number,
        codec: Number,
        frame: &'a [u8],
    },
    Timed {
        page: Number,
        stream: Number,
        microseconds: f64,
        frames: u32,
    },
    View {
        tab: Number,
    },
    /// A sender begins to send a screen.
    Screen {
        page: Number,
        number: Number,
        connection: Number,
        video: bool,
    },
    Flow {
        page: Number,
        number: Number,
        figures: [u32; 4],
    },
    Bypassed {
        page: Number,
        number: Number,
    },
    StreamLeft {
        page: Number,
        number: Number,
    },
    Looked {
        page: Number,
    },
    FarEnd {
        page: Number,
        number: Number,
        origin: &'a str,
        ice_lite: bool,
    },
}

/// Any of a tab's reaches.
pub fn reach(number: u8) -> Reach {
    let all = [
        Reach::Ok,
        Reach::Restricted,
        Reach::NoPermission,
        Reach::ReloadNeeded,
        Reach::Contained,
    ];
    all[usize::from(number) % all.len()]
}

/// Any of a connection's states.
pub fn state(number: u8) -> ConnectionState {
    let all = [
        ConnectionState::New,
        ConnectionState::Connected,
        ConnectionState::Closed,
    ];
    all[usize::from(number) % all.len()]
}

/// Any trouble.
pub fn trouble(number: u8) -> Trouble {
    let all = [
        Trouble::PumpBlocked,
        Trouble::HostRemoved,
        Trouble::PageTransform,
        Trouble::ControlChannelClosed,
        Trouble::CoreSilent,
        Trouble::CoreError,
        Trouble::PageStoodStill,
        Trouble::StreamsFull,
        Trouble::Other,
    ];
    all[usize::from(number) % all.len()]
}

/// A sender or receiver of a camera or microphone.
pub fn end(sends: bool, video: bool) -> End {
    match (sends, video) {
        (true, true) => End::Sender(Role::Camera),
        (true, false) => End::Sender(Role::Microphone),
        (false, true) => End::Receiver(MediaKind::Video),
        (false, false) => End::Receiver(MediaKind::Audio),
    }
}

/// A sender of a screen.
pub fn screen(video: bool) -> End {
    End::Sender(if video {
        Role::ScreenPicture
    } else {
        Role::ScreenSound
    })
}

/// What a connection says of a stream, with or without sense.
pub fn flow(figures: [u32; 4]) -> Flow {
    let [made, passed, bytes, waited] = figures.map(u64::from);
    Flow {
        made,
        passed,
        bytes,
        waited,
    }
}
