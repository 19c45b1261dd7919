package gocode

import (
	"github.com/dave/jennifer/jen"
)

// The methods that the accessors of collections and of aggregates have in common. A parameter named one takes a
// key, one named many takes several.

func (f *file) ctx() *jen.Statement { return jen.Id("ctx").Add(f.qual("context", "Context")) }

// notFound refers to the runtime's ErrNotFound in a comment.
func (f *file) notFound() string { return "[" + f.spelled(runtimePath, "ErrNotFound") + "]" }

func (f *file) getJSON(one string, key jen.Code) method {
	return method{
		name: "GetJSON",
		doc: []string{
			"GetJSON returns one document as JSON, equal to json.Marshal of the document, and the version that it was",
			"loaded at. It returns " + f.notFound() + " if there is none. The bytes must not be changed.",
		},
		params:  []jen.Code{f.ctx(), jen.Id(one).Add(key)},
		args:    []jen.Code{jen.Id("ctx"), jen.Id(one)},
		results: []jen.Code{jen.Index().Byte(), f.runtime("Version"), jen.Error()},
	}
}

func (f *file) watch(key jen.Code) method {
	return method{
		name: "Watch",
		doc: []string{
			"Watch follows the changes of documents from [" + f.spelled(runtimePath, "Now") + "] or from a position that was stored, until the context",
			"ends. It ends after the first error.",
		},
		params:  []jen.Code{f.ctx(), jen.Id("from").Add(f.runtime("Position"))},
		args:    []jen.Code{jen.Id("ctx"), jen.Id("from")},
		results: []jen.Code{f.qual("iter", "Seq2").Types(f.runtime("Event").Types(key), jen.Error())},
	}
}

func (f *file) invalidate(many string, key jen.Code) method {
	return method{
		name: "Invalidate",
		doc: []string{
			"Invalidate makes all caches forget documents that changed for a reason which the database does not know.",
		},
		params:  []jen.Code{f.ctx(), jen.Id(many).Op("...").Add(key)},
		args:    []jen.Code{jen.Id("ctx"), jen.Id(many).Op("...")},
		results: []jen.Code{jen.Error()},
	}
}

func (f *file) refresh(many string, key jen.Code) method {
	return method{
		name: "Refresh",
		doc: []string{
			"Refresh does what Invalidate does, and loads the documents again.",
		},
		params:  []jen.Code{f.ctx(), jen.Id(many).Op("...").Add(key)},
		args:    []jen.Code{jen.Id("ctx"), jen.Id(many).Op("...")},
		results: []jen.Code{jen.Error()},
	}
}
