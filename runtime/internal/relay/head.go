package relay

// HeadSQL reads epoch and seq of the feed's head, on databases that keep the feed beside the data.
const HeadSQL = "SELECT epoch, seq FROM denorm_state WHERE id = 1"

// Unmarked is a mark before every change that a transaction which is under way can have made and that was not
// relayed yet.
const Unmarked int64 = 0
