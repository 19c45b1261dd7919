package load

import "github.com/denormgen/denormgen/gen/diag"

// What Load reports.
const (
	// CodeLoad is a failure of the go command.
	CodeLoad diag.Code = "load"
	// CodeNoModule is a folder outside of any module.
	CodeNoModule diag.Code = "no-module"
	// CodeNoPackage is a pattern that matches no package.
	CodeNoPackage diag.Code = "no-package"
	// CodeCanceled is a run that was ended.
	CodeCanceled diag.Code = "canceled"
	// CodeParse is a file that does not parse.
	CodeParse diag.Code = "parse-error"
	// CodeNoGoFiles is a package without Go files.
	CodeNoGoFiles diag.Code = "no-go-files"
	// CodeLeftOut is an annotation in a file that is not part of the package.
	CodeLeftOut diag.Code = "left-out-file"
	// CodeImportCycle is packages that import each other.
	CodeImportCycle diag.Code = "import-cycle"
	// CodeConflict is two packages in one folder.
	CodeConflict diag.Code = "package-conflict"
)
