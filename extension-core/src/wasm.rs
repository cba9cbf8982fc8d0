//! The binding for the worker: turns JavaScript's values into the core's and back, and decides
//! nothing. A value that isn't what the worker's types promise is ignored.
//!
//! Frames pass through memory that stays: the worker copies one into [`WasmCore::room`], calls
//! [`WasmCore::transform`], and copies the outcome from where it lies. Nothing is allocated for it.

use wasm_bindgen::prelude::*;

use crate::{
    core::{Core, JobNumber, Started},
    ids::{ConnectionId, PageId, StreamId, TabId},
    media::{Operation, Role},
    name::Name,
    tab::{
        ChannelState, ConnectionState, Cuts, EncodedFrame, End, FarEnd, Flow, FormatNumber,
        MediaKind, Output, Reach, Trouble,
    },
    time::Instant,
};

/// [`Core`], as the worker holds it.
#[wasm_bindgen(js_name = Core)]
pub struct WasmCore {
    core: Core,
    frame: Vec<u8>,
    transformed: usize,
    nonce: [u8; 12],
    job: Option<[u32; 8]>,
}

#[wasm_bindgen(js_class = Core)]
impl WasmCore {
    /// A core without tabs, from 32 random bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: &[u8]) -> Result<WasmCore, JsError> {
        let seed = seed
            .try_into()
            .map_err(|_| JsError::new("the seed must be 32 bytes"))?;
        Ok(Self {
            core: Core::new(seed),
            frame: Vec::new(),
            transformed: 0,
            nonce: [0; 12],
            job: None,
        })
    }

    pub fn attach(&mut self, now: f64, tab: u32) -> Option<u32> {
        self.core.attach(at(now), TabId(tab)).map(|page| page.0)
    }

    pub fn detach(&mut self, now: f64, page: u32) {
        self.core.detach(at(now), PageId(page));
    }

    #[wasm_bindgen(js_name = turnOn)]
    pub fn turn_on(&mut self, now: f64, tab: u32) {
        self.core.turn_on(at(now), TabId(tab));
    }

    #[wasm_bindgen(js_name = turnOff)]
    pub fn turn_off(&mut self, now: f64, tab: u32) {
        self.core.turn_off(at(now), TabId(tab));
    }

    pub fn forget(&mut self, tab: u32) {
        self.core.forget(TabId(tab));
    }

    pub fn reach(&mut self, now: f64, tab: u32, reach: &str) {
        let reach = match reach {
            "ok" => Reach::Ok,
            "restricted" => Reach::Restricted,
            "no-permission" => Reach::NoPermission,
            "reload-needed" => Reach::ReloadNeeded,
            "contained" => Reach::Contained,
            _ => return,
        };
        self.core.reach(at(now), TabId(tab), reach);
    }

    pub fn reached(&mut self, now: f64, tab: u32) {
        self.core.reached(at(now), TabId(tab));
    }

    pub fn permission(&mut self, now: f64, tab: u32, given: bool) {
        self.core.permission(at(now), TabId(tab), given);
    }

    pub fn name(&mut self, now: f64, typed: &str) {
        self.core.name(at(now), typed);
    }

    /// What others would be told of a name, as it is typed.
    #[wasm_bindgen(js_name = nameTold)]
    pub fn name_told(&self, typed: &str) -> String {
        Name::of_person(typed).map(String::from).unwrap_or_default()
    }

    pub fn cuts(&mut self, now: f64, tab: u32, sandboxed: u32, lost: u32) {
        self.core
            .cuts(at(now), TabId(tab), Cuts { sandboxed, lost });
    }

    pub fn connection(&mut self, now: f64, page: u32, connection: u32, state: &str) {
        let state = match state {
            "new" => ConnectionState::New,
            "connected" => ConnectionState::Connected,
            "closed" => ConnectionState::Closed,
            _ => return,
        };
        self.core
            .connection(at(now), connection_id(page, connection), state);
    }

    #[wasm_bindgen(js_name = farEnd)]
    pub fn far_end(&mut self, now: f64, page: u32, connection: u32, origin: &str, ice_lite: bool) {
        let far_end = FarEnd { origin, ice_lite };
        self.core
            .far_end(at(now), connection_id(page, connection), far_end);
    }

    pub fn channel(&mut self, now: f64, page: u32, connection: u32, open: bool) {
        let state = if open {
            ChannelState::Open
        } else {
            ChannelState::Closed
        };
        self.core
            .channel(at(now), connection_id(page, connection), state);
    }

    pub fn control(&mut self, now: f64, page: u32, connection: u32, bytes: &[u8]) {
        self.core
            .control(at(now), connection_id(page, connection), bytes);
    }

    pub fn stream(
        &mut self,
        now: f64,
        page: u32,
        stream: u32,
        connection: u32,
        direction: &str,
        carries: &str,
    ) {
        let end = match (direction, carries) {
            ("send", "microphone") => End::Sender(Role::Microphone),
            ("send", "camera") => End::Sender(Role::Camera),
            ("send", "screen-sound") => End::Sender(Role::ScreenSound),
            ("send", "screen-picture") => End::Sender(Role::ScreenPicture),
            ("receive", "audio") => End::Receiver(MediaKind::Audio),
            ("receive", "video") => End::Receiver(MediaKind::Video),
            _ => return,
        };
        self.core
            .stream(at(now), stream_id(page, stream), connection, end);
    }

    #[wasm_bindgen(js_name = streamLeft)]
    pub fn stream_left(&mut self, now: f64, page: u32, stream: u32) {
        self.core.stream_left(at(now), stream_id(page, stream));
    }

    #[wasm_bindgen(js_name = streamEnded)]
    pub fn stream_ended(&mut self, now: f64, page: u32, stream: u32) {
        self.core.stream_ended(at(now), stream_id(page, stream));
    }

    /// The figures are those of [`Flow`], in its order.
    pub fn flow(&mut self, now: f64, page: u32, stream: u32, figures: &[f64]) {
        let &[made, passed, bytes, waited] = figures else {
            return;
        };
        let [made, passed, bytes, waited] =
            [made, passed, bytes, waited].map(|figure| figure as u64);
        let flow = Flow {
            made,
            passed,
            bytes,
            waited,
        };
        self.core.flow(at(now), stream_id(page, stream), flow);
    }

    pub fn looked(&mut self, now: f64, page: u32) {
        self.core.looked(at(now), PageId(page));
    }

    pub fn bypassed(&mut self, now: f64, page: u32, stream: u32) {
        self.core.bypassed(at(now), stream_id(page, stream));
    }

    pub fn trouble(&mut self, now: f64, page: u32, code: &str) {
        let trouble = match code {
            "pump-blocked" => Trouble::PumpBlocked,
            "host-removed" => Trouble::HostRemoved,
            "page-transform" => Trouble::PageTransform,
            "control-channel-closed" => Trouble::ControlChannelClosed,
            "core-silent" => Trouble::CoreSilent,
            "core-error" => Trouble::CoreError,
            _ => Trouble::Other,
        };
        self.core.trouble(at(now), PageId(page), trouble);
    }

    pub fn format(&mut self, page: u32, payload_type: u8, mime: &str) -> u32 {
        self.core.format(PageId(page), payload_type, mime).0
    }

    /// Where to put a frame of that length, for [`WasmCore::transform`].
    pub fn room(&mut self, length: usize) -> *mut u8 {
        if self.frame.len() < length {
            self.frame.resize(length, 0);
        }
        self.frame.as_mut_ptr()
    }

    /// Where the new frame is until the next call. Null: drop it, unless there is a job.
    pub fn transform(
        &mut self,
        now: f64,
        page: u32,
        stream: u32,
        format: u32,
        length: usize,
        layer: Option<u32>,
    ) -> *const u8 {
        let frame = EncodedFrame {
            format: FormatNumber(format),
            layer,
            data: self.frame.get(..length).unwrap_or_default(),
        };
        self.job = None;
        match self.core.start(at(now), stream_id(page, stream), frame) {
            Started::Done(frame) => {
                self.transformed = frame.len();
                frame.as_ptr()
            }
            Started::Elsewhere {
                number,
                job,
                laid_out,
            } => {
                let (aad, data) = laid_out.split_at(job.aad);
                self.nonce = job.nonce;
                let seals = u32::from(job.operation == Operation::Seal);
                let ([nonce, _], [aad, aad_length]) = (place(&self.nonce), place(aad));
                let [data, length] = place(data);
                self.job = Some([
                    number.0, job.key, seals, nonce, aad, aad_length, data, length,
                ]);
                std::ptr::null()
            }
            Started::Dropped => std::ptr::null(),
        }
    }

    /// What WebCrypto is to do, if anything: the number of the job and of the key, whether to seal,
    /// and where the nonce, what is authenticated, and the data are until the next call.
    pub fn job(&self) -> *const u32 {
        self.job
            .as_ref()
            .map_or(std::ptr::null(), |job| job.as_ptr())
    }

    /// The AES key of a job.
    #[wasm_bindgen(js_name = subtleKey)]
    pub fn subtle_key(&self, job: u32) -> Option<js_sys::Uint8Array> {
        let key = self.core.subtle_key(JobNumber(job))?;
        Some(js_sys::Uint8Array::from(key.as_slice()))
    }

    /// Takes what WebCrypto made of a job, behind the frame in the room; nothing where it refused.
    pub fn finish(
        &mut self,
        now: f64,
        job: u32,
        length: usize,
        outcome: Option<usize>,
    ) -> *const u8 {
        let room = self.frame.split_at_checked(length);
        let (frame, rest) = room.unwrap_or_default();
        let outcome = outcome.map(|length| rest.get(..length).unwrap_or_default());
        let finished = self.core.finish(at(now), JobNumber(job), frame, outcome);
        self.transformed = finished.map_or(0, <[u8]>::len);
        finished.map_or(std::ptr::null(), <[u8]>::as_ptr)
    }

    /// The new frame's length.
    pub fn transformed(&self) -> usize {
        self.transformed
    }

    pub fn timed(&mut self, page: u32, stream: u32, microseconds: f64, frames: u32) {
        self.core
            .timed(stream_id(page, stream), microseconds, frames);
    }

    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&mut self, now: f64) {
        self.core.handle_timeout(at(now));
    }

    #[wasm_bindgen(js_name = pollTimeout)]
    pub fn poll_timeout(&self) -> Option<f64> {
        self.core.poll_timeout().map(|at| at.0 as f64)
    }

    #[wasm_bindgen(js_name = hasOutput)]
    pub fn has_output(&self) -> bool {
        self.core.has_output()
    }

    #[wasm_bindgen(js_name = pollOutput)]
    pub fn poll_output(&mut self) -> Result<JsValue, JsError> {
        let Some(output) = self.core.poll_output() else {
            return Ok(JsValue::UNDEFINED);
        };
        let value = serde_wasm_bindgen::to_value(&output)?;
        if let Output::Send { bytes, .. } = &output {
            let bytes = js_sys::Uint8Array::from(bytes.as_slice());
            js_sys::Reflect::set(&value, &"bytes".into(), &bytes)
                .map_err(|_| JsError::new("a plain object takes a property"))?;
        }
        Ok(value)
    }

    pub fn view(&self, now: f64, tab: u32) -> Result<JsValue, JsError> {
        let serializer = serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true);
        let view = self.core.view(at(now), TabId(tab));
        Ok(serde::Serialize::serialize(&view, &serializer)?)
    }

    pub fn vouches(&self, now: f64, tab: u32, page: u32, stream: u32, asked: f64) -> bool {
        let stream = stream_id(page, stream);
        self.core.vouches(at(now), TabId(tab), stream, at(asked))
    }
}

fn at(now: f64) -> Instant {
    Instant::from_millis(now)
}

fn place(bytes: &[u8]) -> [u32; 2] {
    [bytes.as_ptr() as u32, bytes.len() as u32]
}

fn connection_id(page: u32, number: u32) -> ConnectionId {
    ConnectionId {
        page: PageId(page),
        number,
    }
}

fn stream_id(page: u32, number: u32) -> StreamId {
    StreamId {
        page: PageId(page),
        number,
    }
}
