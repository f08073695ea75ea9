//! The list of cases. Everything else follows from it: the tests of a driver crate, and what they run.

use super::case::Case;
use super::verdict::Verdict;
use std::pin::Pin;

/// Calls the macro in brackets with all themes and their cases.
#[doc(hidden)]
#[macro_export]
macro_rules! compliance_cases {
    ([$($with:tt)*]) => { $($with)*! {
        types {
            bools i16s i32s i64s u64s f32s f64s decimals_of_any_width decimals_of_a_scale
            texts text_of_a_megabyte padded_texts bytes days times_of_day date_times
            timestamps uuids json
        }
        fuzz { random_values }
        limits {
            floats_that_are_no_numbers text_with_nul bounded_texts numbers_out_of_range values_of_another_type
        }
        null { every_getter three_valued_logic comparisons_and_lists groups }
        bind {
            lists_of_integers lists_of_small_integers lists_of_texts lists_of_decimals lists_of_uuids lists_of_bytes
            lists_of_floats lists_of_days lists_of_instants lists_of_booleans lists_for_a_column_of_unknown_type
            as_many_values_as_the_limit placeholders_and_values_must_match a_long_list_beside_other_values
        }
        rows {
            whole_numbers_convert_without_loss decimals_convert_without_loss floats_are_no_whole_numbers
            text_is_no_number bytes_are_no_text dates_are_no_times
        }
        sink { columns_have_names a_hundred_columns a_sink_stops a_sink_fails rows_that_nobody_wants }
        dialect {
            null_is_least_in_order order_of_decimals_is_by_number limit_and_offset distinct_rows groups_and_having
            case_and_coalesce between_includes_both_ends
        }
        date { dates_and_their_parts now_is_an_instant }
        text {
            equality_is_exact order_is_by_code_point patterns parts_with_wildcards_in_them unique_texts_are_exact
        }
        function { functions functions_of_values functions_of_null }
        number { whole_numbers decimals decimals_of_many_digits rounding floats }
        aggregate { aggregates whole_numbers_and_decimals_together }
        conditions { random_conditions }
        write {
            generated_keys a_given_key an_insert_without_values defaults updates updates_returning deletes
        }
        schema { references tables_come_and_go }
        errors {
            unique_violation foreign_key_violation not_null_violation check_violation unknown_table_and_column
            syntax_error one_statement_at_a_time empty_texts read_only_transactions readers_do_not_write no_secrets
            an_error_in_the_middle_of_rows
        }
        transaction {
            commit_lasts rollback_undoes commit_after_an_error savepoints_three_deep savepoint_after_an_error isolation_levels
            what_a_transaction_sees a_dropped_session_rolls_back ddl_in_a_transaction
        }
        two_phase {
            prepared_and_committed prepared_and_rolled_back finished_by_another_session finished_more_than_once
            a_failed_branch_is_not_prepared a_branch_that_only_reads a_branch_that_is_dropped
            branches_in_doubt what_it_can_is_told what_a_home_needs_is_told
        }
        holder { cut_prepare a_holder_that_hangs }
        attach { one_database_alone both_or_none names_do_not_mix the_next_user_has_one }
        lock { lock_timeout waiting_for_a_lock deadlock many_writers serializable_transactions }
        cancel {
            cut_select cut_large_select cut_insert cut_batch cut_atomic_batch cut_begin cut_commit cut_rollback
            cut_script cut_savepoint cut_in_transaction cut_acquire a_long_statement_is_stopped
        }
        pool {
            exhausted waiting closed idle_connections_are_closed old_connections_are_closed tested_before_use
            many_tasks statement_timeout
        }
        session { sessions_know_their_server a_reset_after_a_dropped_transaction }
        network { cut_in_the_middle cut_while_idle a_server_that_hangs a_server_that_is_down }
        bulk {
            a_hundred_thousand_rows a_batch_in_order a_batch_that_fails a_batch_in_a_transaction a_long_batch scripts
        }
        load {
            a_load_of_many_rows a_load_is_all_or_none an_insert_of_many_rows a_load_in_a_transaction rows_that_are_there
            rows_found_by_several_columns cut_load
        }
        cache { cached_statements a_schema_that_changes }
        identifiers { hostile_names impossible_names the_longest_name }
    } };
}

type Work = fn(Case) -> Pin<Box<dyn Future<Output = Verdict>>>;

macro_rules! registry {
    ($($theme:ident { $($case:ident)* })*) => {
        const REGISTRY: &[(&str, &str, Work)] = &[$($((
            stringify!($theme),
            stringify!($case),
            |case| Box::pin(super::$theme::$case(case)),
        ),)*)*];
    };
}

compliance_cases! { [registry] }

/// The function behind a name.
pub(super) fn find(theme: &str, case: &str) -> Option<Work> {
    REGISTRY
        .iter()
        .find(|(t, c, _)| (*t, *c) == (theme, case))
        .map(|(_, _, work)| *work)
}

/// The names of all cases, such as `lock::deadlock`.
///
/// ```
/// let names = Vec::from_iter(manybase_testkit::compliance::names());
/// assert!(names.contains(&"lock::deadlock".to_owned()));
/// ```
pub fn names() -> impl Iterator<Item = String> {
    REGISTRY.iter().map(|(theme, case, _)| format!("{theme}::{case}"))
}
