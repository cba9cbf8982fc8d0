//! Who held which leaf in the epochs whose media keys may still be here.

use std::collections::VecDeque;

use crate::{
    ids::{EpochId, Leaf, PeerId},
    media::MAX_EPOCHS,
};

#[derive(Default)]
pub struct Epochs(VecDeque<(EpochId, Vec<(Leaf, PeerId)>)>);

impl Epochs {
    pub fn keep(&mut self, epoch: EpochId, members: Vec<(Leaf, PeerId)>) {
        if self.0.len() >= MAX_EPOCHS {
            self.0.pop_front();
        }
        self.0.push_back((epoch, members));
    }

    pub fn member(&self, epoch: EpochId, leaf: Leaf) -> Option<PeerId> {
        let (_, members) = self.0.iter().find(|(id, _)| *id == epoch)?;
        let holder = members.iter().find(|(index, _)| *index == leaf);
        holder.map(|(_, peer)| *peer)
    }
}
