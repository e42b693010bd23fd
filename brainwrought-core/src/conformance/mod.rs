//! The rules that every store keeps, one named function each; feature `conformance`.
//!
//! A store proves itself by [`job_store_conformance!`](crate::job_store_conformance) and
//! [`artifact_store_conformance!`](crate::artifact_store_conformance), which make one test a rule. No rule sleeps: where
//! one needs an expired lease, it claims for no time at all.
#![expect(clippy::unwrap_used, reason = "a rule panics where a store breaks it")]

pub mod artifacts;
pub mod attempts;
pub mod claims;
pub mod creation;
mod fixture;
pub mod money;
pub mod recovery;
pub mod revisions;
pub mod steering;
pub mod versions;

/// Makes one test a rule of the job store. The expression opens a fresh, empty store for each test, and whatever must
/// live as long: `(Arc<dyn JobStore>, guard)`.
#[macro_export]
macro_rules! job_store_conformance {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            creation:
            a_new_job_waits_with_all_its_stages
            an_idempotency_key_finds_the_first_job
            another_key_makes_another_job
            concurrent_creations_with_one_key_make_one_job
            any_input_is_kept
            a_job_reads_back_as_it_was_created
            an_unknown_job_is_not_found
            a_view_finds_its_own_job
            a_list_is_newest_first
            a_list_filters_by_status
            a_list_is_paged
            a_finished_job_is_deleted
            an_active_job_is_not_deleted
            a_deleted_key_may_be_used_again
        }
        $crate::conformance_tests! { $open;
            claims:
            only_fed_tasks_become_ready
            advancing_twice_moves_nothing
            a_stage_fans_out_over_items
            a_fan_chain_needs_only_its_own_segment
            a_fan_over_nothing_is_done
            nothing_is_claimed_before_it_is_ready
            a_claim_carries_job_token_and_lease
            a_claimed_task_is_not_claimed_again
            a_claim_is_limited
            a_claim_of_none_gets_none
            a_claim_is_filtered_by_stage
            a_claim_is_filtered_by_job
            higher_priority_is_claimed_first
            a_changed_priority_counts
            older_jobs_are_claimed_first
            segments_are_claimed_in_order
            concurrent_claimers_never_share_a_task
        }
        $crate::conformance_tests! { $open;
            attempts:
            a_commit_is_stored
            a_commit_feeds_the_next_stage
            a_second_commit_is_fenced
            a_future_token_is_fenced
            a_job_with_all_tasks_done_is_completed
            a_retryable_failure_waits_out_its_backoff
            a_failure_without_backoff_is_claimable_at_once
            a_fatal_failure_ends_the_task
            attempts_are_used_up
            a_hand_back_does_not_count
            a_lost_input_is_made_again
            a_lost_list_of_items_takes_its_items_along
            tokens_only_grow
            progress_and_logs_are_kept
            a_stale_report_is_fenced
            logs_are_capped
            concurrent_commits_of_one_token_are_accepted_once
            outcomes_together_are_each_guarded
            concurrent_calls_get_their_own_answers
        }
        $crate::conformance_tests! { $open;
            money:
            spending_is_added_up_by_stage_and_provider
            a_limit_is_not_passed
            settling_frees_the_rest
            concurrent_spending_never_passes_the_limit
            a_stale_token_spends_nothing
            a_job_that_is_over_spends_nothing
            a_raised_limit_lets_a_job_go_on
        }
        $crate::conformance_tests! { $open;
            recovery:
            a_living_lease_is_left_alone
            an_expired_lease_is_taken_back
            an_expired_job_is_interrupted
            a_renewed_lease_is_not_taken_back
            an_expired_lease_that_was_not_taken_back_still_commits
            stale_lease_is_fenced
            stale_renewal_is_lost
            expiries_use_up_attempts
            recovery_finishes_nothing
        }
        $crate::conformance_tests! { $open;
            steering:
            a_cancel_is_heard_at_the_next_renewal
            a_cancelled_job_accepts_no_outcome
            a_cancelled_job_lends_nothing
            cancelling_twice_is_no_error
            a_resting_task_is_cancelled
            a_completed_job_is_not_cancelled
            a_retry_runs_what_failed_again
            a_retry_revives_a_cancelled_job
            a_retry_from_a_stage_resets_what_follows
            a_retry_fences_old_workers
            a_retry_fences_old_segments
            a_retry_from_nowhere_is_refused
            a_retry_of_nothing_is_refused
            a_callback_is_replaced_only_as_it_was_seen
            of_concurrent_callback_claims_one_succeeds
            a_retry_rearms_the_callback
            the_backlog_counts_what_waits_and_runs
            the_backlog_leaves_out_what_is_final
            a_wait_returns_when_its_time_is_up
            a_wait_ends_when_work_comes
        }
        $crate::conformance_tests! { $open;
            revisions:
            a_replaced_output_runs_what_follows_again
            a_refused_change_leaves_the_version_before
            a_version_comes_back_with_its_segments
            each_undo_goes_further_back
            a_repair_is_no_new_version
            a_version_that_comes_back_is_delivered_again
            a_retry_keeps_the_version_before
            a_change_rearms_the_callback
            a_change_fences_old_workers
            a_change_is_heard_at_the_next_renewal
            an_active_job_is_not_changed
            a_change_of_something_else_is_refused
            versions_are_capped
        }
        $crate::conformance_tests! { $open;
            versions:
            a_claim_is_filtered_by_pipeline
            a_claim_leaves_out_jobs
            a_task_is_passed_over
            a_job_is_planned_anew
            the_same_plan_changes_nothing
            a_new_plan_orders_tasks
            an_unknown_job_is_not_planned
            a_list_is_filtered_by_the_last_change
        }
    };
}

/// Makes one test a rule of the artifact store. The expression opens a fresh, empty store for each test, and whatever
/// must live as long: `(Arc<dyn ArtifactStore>, guard)`.
#[macro_export]
macro_rules! artifact_store_conformance {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            artifacts:
            bytes_come_back
            the_digest_is_the_sha_256
            no_bytes_are_bytes
            megabytes_come_back
            putting_twice_is_harmless
            concurrent_puts_of_one_artifact_agree
            unknown_digest_is_not_found
            contains_tells_what_is_there
            deleted_bytes_are_gone
            deleting_nothing_is_no_error
            a_deleted_artifact_may_be_put_again
            an_unbound_fingerprint_is_a_miss
            a_binding_is_found
            the_last_binding_wins
            an_unbound_binding_is_gone
            a_binding_is_no_artifact
            a_listing_is_sorted_and_complete
            asking_for_room_changes_nothing
        }
    };
}

/// Makes one test a rule about holds, for an artifact store that keeps them; opened as for
/// [`artifact_store_conformance`](crate::artifact_store_conformance).
#[macro_export]
macro_rules! artifact_holds_conformance {
    ($open:expr) => {
        mod holds {
            #[allow(unused_imports, reason = "the expression may name what stands around the macro")]
            use super::*;

            $crate::conformance_tests! { $open;
                artifacts:
                a_hold_is_listed
                a_released_hold_is_gone
                a_hold_is_no_artifact
            }
        }
    };
}

/// Makes one test of each named rule of a module of rules.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($open:expr; $module:ident : $($rule:ident)+) => {
        mod $module {
            #[allow(unused_imports, reason = "the expression may name what stands around the macro")]
            use super::*;

            $(
                #[tokio::test]
                async fn $rule() {
                    let (store, _guard) = $open;
                    $crate::conformance::$module::$rule(store.as_ref()).await;
                }
            )+
        }
    };
}
