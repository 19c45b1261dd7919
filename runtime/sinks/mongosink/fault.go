package mongosink

import (
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	denorm "github.com/denormgen/denormgen/runtime"
)

// answerError is an error that the server answers with. What it says of it is left out, for it may show keys, documents
// and whole commands; it is there to be unwrapped.
type answerError struct {
	code  int
	name  string // "" for none
	cause error
}

func (e *answerError) Error() string {
	if e.name == "" {
		return fmt.Sprintf("the server answers with error %d", e.code)
	}
	return fmt.Sprintf("the server answers with error %d (%s)", e.code, e.name)
}

func (e *answerError) Unwrap() error { return e.cause }

// plain takes what the server says out of an error's text.
func plain(err error) error {
	var (
		command mongo.CommandError
		bulk    mongo.BulkWriteException
		write   mongo.WriteException
	)
	switch {
	case errors.As(err, &command) && (command.Code != 0 || command.Raw != nil):
		return &answerError{int(command.Code), command.Name, err}
	case errors.As(err, &bulk) && len(bulk.WriteErrors) > 0:
		return &answerError{bulk.WriteErrors[0].Code, codeName(bulk.WriteErrors[0].Code), err}
	case errors.As(err, &bulk) && bulk.WriteConcernError != nil:
		return &answerError{bulk.WriteConcernError.Code, bulk.WriteConcernError.Name, err}
	case errors.As(err, &write) && len(write.WriteErrors) > 0:
		return &answerError{write.WriteErrors[0].Code, codeName(write.WriteErrors[0].Code), err}
	case errors.As(err, &write) && write.WriteConcernError != nil:
		return &answerError{write.WriteConcernError.Code, write.WriteConcernError.Name, err}
	}
	return err
}

const (
	badValue     = 2
	duplicateKey = 11000
)

// codeName is the name of what a server may have against a document, "" for other codes.
func codeName(code int) string {
	switch code {
	case badValue:
		return "BadValue"
	case 14:
		return "TypeMismatch"
	case 15:
		return "Overflow"
	case 52:
		return "DollarPrefixedFieldName"
	case 53:
		return "InvalidIdField"
	case 57:
		return "DottedFieldName"
	case 121:
		return "DocumentValidationFailure"
	case duplicateKey:
		return "DuplicateKey"
	case 10334, 17280, 17419, 17420:
		return "BSONObjectTooLarge"
	}
	return ""
}

// ofDocuments tells whether an error is about documents of a command, rather than the server: those that it
// lists, or that it has against the command as a whole because of one of them.
func ofDocuments(err error) bool {
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) {
		return len(bulk.WriteErrors) > 0 && bulk.WriteConcernError == nil
	}
	var command mongo.CommandError
	return errors.As(err, &command) && codeName(int(command.Code)) != ""
}

// ofDocument is why the server does not take the only document of a command.
func ofDocument(err error) error {
	answer, ok := plain(err).(*answerError)
	if ok && slices.Contains([]int{10334, 17280, 17419, 17420}, answer.code) {
		return fmt.Errorf("%w: %w", denorm.ErrTooLarge, answer)
	}
	return fmt.Errorf("the document is refused: %w", plain(err))
}

// isDuplicate tells that documents are there already, or others with the same value in a unique index, and nothing else.
func isDuplicate(err error) bool {
	var bulk mongo.BulkWriteException
	return errors.As(err, &bulk) && !slices.ContainsFunc(bulk.WriteErrors, func(one mongo.BulkWriteError) bool { return one.Code != duplicateKey })
}
