//! Texts.

use super::{Ex, Expression, Operand};
use crate::{Col, ColumnType};
use manybase_sql::{Expr, Function};

/// Types that are text in the database.
///
/// ```
/// fn takes_text<T: manybase_record::Text>() {}
/// takes_text::<Option<String>>();
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no text", label = "only text columns have this")]
pub trait Text: ColumnType {}

impl Text for String {}
impl<T: Text> Text for Option<T> {}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident => $function:ident -> $out:ty;)*) => {$(
        $(#[$doc])*
        ///
        /// ```
        /// use manybase_record::{prelude::*, Col};
        /// const NAME: Col<String> = Col::new("", "name");
        #[doc = concat!("let result = NAME.", stringify!($name), "();")]
        /// ```
        pub fn $name(self) -> Ex<$out> {
            Ex::new(Expr::call(Function::$function, [self.into_expr()]))
        }
    )*};
}

macro_rules! text {
    ($($on:ident),*) => {$(
        impl<T: Text> $on<T> {
            functions! {
                /// In lower case.
                lower => Lower -> T;
                /// In upper case.
                upper => Upper -> T;
                /// Without spaces at both ends.
                trim => Trim -> T;
            }

            /// The number of characters.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// const NAME: Col<String> = Col::new("", "name");
            /// let long = NAME.length().gt(20);
            /// ```
            pub fn length(self) -> Ex<i64> {
                Ex::new(Expr::call(Function::Length, [self.into_expr()]))
            }

            /// With another text behind it.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// const NAME: Col<String> = Col::new("", "name");
            /// let greeting = NAME.concat(", welcome");
            /// ```
            pub fn concat(self, other: impl Operand<T>) -> Ex<T> {
                Ex::new(self.into_expr().concat(other.operand()))
            }

            /// A part: `count` characters from the `from`th, counted from 1.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// const NAME: Col<String> = Col::new("", "name");
            /// let initial = NAME.substring(1, 1);
            /// ```
            pub fn substring(self, from: u32, count: u32) -> Ex<T> {
                Ex::new(Expr::call(Function::Substring, [self.into_expr(), from.into(), count.into()]))
            }

            /// With every occurrence of a text replaced.
            ///
            /// ```
            /// use manybase_record::{prelude::*, Col};
            /// const NAME: Col<String> = Col::new("", "name");
            /// let joined = NAME.replace("-", "");
            /// ```
            pub fn replace(self, from: &str, to: &str) -> Ex<T> {
                Ex::new(Expr::call(Function::Replace, [self.into_expr(), from.into(), to.into()]))
            }
        }
    )*};
}

text! { Col, Ex }
