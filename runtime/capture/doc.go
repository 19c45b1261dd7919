// Package capture notices every committed change of the rows that documents depend on. It renders the
// triggers that append to the change log inside the writer's transaction, installs them, watches that
// they stay in place, and reads what they logged.
//
// Engine.Install and `denormgen sql` both call it, so that what is installed and what is printed are the
// same text.
package capture
