//! `#[derive(DbType)]`

use crate::naming;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let library = naming::library();
    let name = &input.ident;
    let wrong = || {
        syn::Error::new(
            name.span(),
            "DbType is for a struct with one unnamed field, such as `struct CustomerId(i64);`",
        )
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            "a column type can't have type, lifetime or const parameters",
        ));
    }
    let Data::Struct(data) = &input.data else {
        return Err(wrong());
    };
    let Fields::Unnamed(fields) = &data.fields else {
        return Err(wrong());
    };
    if fields.unnamed.len() != 1 {
        return Err(wrong());
    }
    let Some(inner) = fields.unnamed.first().map(|field| &field.ty) else {
        return Err(wrong());
    };
    let mut auto = false;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("db"))
    {
        attribute.parse_nested_meta(|meta| {
            auto = meta.path.is_ident("auto");
            if auto {
                Ok(())
            } else {
                Err(meta.error("known on a column type is: auto"))
            }
        })?;
    }
    let auto = auto.then(|| {
        quote! {
            #[automatically_derived]
            impl #library::AutoKey for #name {
                const BY_DATABASE: bool = <#inner as #library::AutoKey>::BY_DATABASE;

                fn is_unset(&self) -> bool {
                    #library::AutoKey::is_unset(&self.0)
                }

                fn fill(&mut self) {
                    #library::AutoKey::fill(&mut self.0);
                }

                fn from_database(id: i64) -> #library::CellResult<Self> {
                    <#inner as #library::AutoKey>::from_database(id).map(Self)
                }
            }
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #library::ColumnType for #name {
            const DATA_TYPE: #library::derive::DataType = <#inner as #library::ColumnType>::DATA_TYPE;
            const NULLABLE: bool = <#inner as #library::ColumnType>::NULLABLE;
            type OrNull = ::std::option::Option<Self>;

            fn encode(&self) -> #library::CellResult<#library::derive::Value> {
                #library::ColumnType::encode(&self.0)
            }

            fn whole(&self) -> ::std::option::Option<i64> {
                #library::ColumnType::whole(&self.0)
            }

            fn decode(row: &dyn #library::derive::Row, index: usize) -> #library::CellResult<Self> {
                <#inner as #library::ColumnType>::decode(row, index).map(Self)
            }
        }
        #auto
    })
}
