"""The root of mutations: one input, a payload with the thing changed and typed errors (API1)."""

import strawberry

from gql.bulk_mutations import BulkMutations
from gql.fields import mutates
from gql.inputs import accounts as account_inputs
from gql.inputs import automations as automation_inputs
from gql.inputs import client_statuses as client_status_inputs
from gql.inputs import comments as comment_inputs
from gql.inputs import dead_letters as dead_letter_inputs
from gql.inputs import documents as document_inputs
from gql.inputs import emails as email_inputs
from gql.inputs import job_templates as job_template_inputs
from gql.inputs import jobs as job_inputs
from gql.inputs import notifications as notification_inputs
from gql.inputs import people
from gql.inputs import pipelines as pipeline_inputs
from gql.inputs import portal as portal_inputs
from gql.inputs import tasks as task_inputs
from gql.inputs import webhooks as webhook_inputs
from gql.item_mutations import ItemMutations
from gql.job_mutations import JobMutations
from gql.marketplace_mutations import MarketplaceMutations
from gql.payloads import (
    AccountPayload,
    AccountRolePayload,
    ApiTokenPayload,
    AutomationPayload,
    AutomationRunPayload,
    ClientStatusPayload,
    CommentPayload,
    ContactPayload,
    CreateApiTokenPayload,
    CustomFieldPayload,
    DeletedPayload,
    DocumentPayload,
    EmailPayload,
    EmailTemplatePayload,
    FirmPayload,
    HeldEmailsPayload,
    JobPayload,
    JobStatusPayload,
    JobTemplatePayload,
    LoginPayload,
    LogoutPayload,
    MarkNotificationsReadPayload,
    MemberPayload,
    PipelinePayload,
    StagePayload,
    SubtaskPayload,
    TagPayload,
    TaskPayload,
    UndoMovePayload,
    UpdateNotificationPreferencesPayload,
    WebhookCallPayload,
)
from gql.portal_mutations import PortalMutations
from gql.recurrence_mutations import RecurrenceMutations
from gql.template_mutations import TemplateMutations
from gql.trash_mutations import TrashMutations
from resolvers import (
    accounts,
    automations,
    client_statuses,
    comments,
    custom_fields,
    dead_letters,
    documents,
    emails,
    firms,
    job_templates,
    jobs,
    notifications,
    pipelines,
    tasks,
    undo,
    viewer,
    webhooks,
)


@strawberry.type(description="Everything that can be done.")
class Mutation(
    JobMutations,
    ItemMutations,
    TrashMutations,
    TemplateMutations,
    BulkMutations,
    RecurrenceMutations,
    MarketplaceMutations,
    PortalMutations,
):
    """Mutations."""

    login: LoginPayload = mutates(viewer.login, "Opens a session.", people.LoginInput)
    accept_invitation: LoginPayload = mutates(
        viewer.accept_invitation, "Joins a firm by an invitation and opens a session.", people.AcceptInvitationInput
    )
    logout: LogoutPayload = mutates(viewer.logout, "Ends the session that asks.", people.LogoutInput)
    create_api_token: CreateApiTokenPayload = mutates(
        viewer.create_api_token, "Makes an API token for oneself.", people.CreateApiTokenInput
    )
    revoke_api_token: ApiTokenPayload = mutates(
        viewer.revoke_api_token, "Ends an API token.", people.RevokeApiTokenInput
    )
    update_firm: FirmPayload = mutates(firms.update_firm, "Changes the firm's settings.", people.UpdateFirmInput)
    invite_member: MemberPayload = mutates(
        firms.invite_member, "Makes a member, who joins by the token answered.", people.InviteMemberInput
    )
    renew_invitation: MemberPayload = mutates(
        firms.renew_invitation,
        "Answers a fresh token for a member who has not joined yet.",
        people.RenewInvitationInput,
    )
    update_member: MemberPayload = mutates(firms.update_member, "Renames a member.", people.UpdateMemberInput)
    update_member_access: MemberPayload = mutates(
        firms.update_member_access, "Changes a member's role, rights and accounts.", people.UpdateMemberAccessInput
    )
    deactivate_member: MemberPayload = mutates(
        firms.deactivate_member,
        "Takes a member's access away at once; what they did stays.",
        people.DeactivateMemberInput,
    )
    reactivate_member: MemberPayload = mutates(
        firms.reactivate_member, "Gives a deactivated member access again.", people.ReactivateMemberInput
    )
    create_account: AccountPayload = mutates(
        accounts.create_account, "Makes an account.", account_inputs.CreateAccountInput
    )
    update_account: AccountPayload = mutates(
        accounts.update_account,
        "Changes an account's name, tags, roles and contacts.",
        account_inputs.UpdateAccountInput,
    )
    create_tag: TagPayload = mutates(accounts.create_tag, "Makes a tag.", account_inputs.CreateTagInput)
    update_tag: TagPayload = mutates(accounts.update_tag, "Changes a tag.", account_inputs.UpdateTagInput)
    delete_tag: DeletedPayload = mutates(
        accounts.delete_tag,
        "Deletes a tag that no condition or automation names, and takes it off every account.",
        account_inputs.DeleteTagInput,
    )
    create_custom_field: CustomFieldPayload = mutates(
        custom_fields.create_custom_field, "Makes a custom field of accounts.", account_inputs.CreateCustomFieldInput
    )
    update_custom_field: CustomFieldPayload = mutates(
        custom_fields.update_custom_field,
        "Renames a custom field or changes its choices.",
        account_inputs.UpdateCustomFieldInput,
    )
    delete_custom_field: DeletedPayload = mutates(
        custom_fields.delete_custom_field,
        "Deletes a custom field that nothing names, with its values.",
        account_inputs.DeleteCustomFieldInput,
    )
    create_account_role: AccountRolePayload = mutates(
        accounts.create_account_role, "Makes an account role.", account_inputs.CreateAccountRoleInput
    )
    update_account_role: AccountRolePayload = mutates(
        accounts.update_account_role, "Renames an account role.", account_inputs.UpdateAccountRoleInput
    )
    delete_account_role: DeletedPayload = mutates(
        accounts.delete_account_role,
        "Deletes an account role that nobody holds and nothing names.",
        account_inputs.DeleteAccountRoleInput,
    )
    create_contact: ContactPayload = mutates(
        accounts.create_contact, "Makes a contact.", account_inputs.CreateContactInput
    )
    update_contact: ContactPayload = mutates(
        accounts.update_contact, "Changes a contact.", account_inputs.UpdateContactInput
    )
    invite_contact: ContactPayload = mutates(
        accounts.invite_contact,
        "Lets a contact into the client portal, by their e-mail address, and writes to them; once more, only writes "
        "again. The e-mail carries a link that nobody else reads.",
        portal_inputs.InviteContactInput,
    )
    revoke_contact_access: ContactPayload = mutates(
        accounts.revoke_contact_access,
        "Does not let a contact into the client portal any more; what they have open there closes.",
        portal_inputs.RevokeContactAccessInput,
    )
    delete_contact: DeletedPayload = mutates(
        accounts.delete_contact, "Deletes a contact.", account_inputs.DeleteContactInput
    )
    create_pipeline: PipelinePayload = mutates(
        pipelines.create_pipeline, "Makes a pipeline with its stages.", pipeline_inputs.CreatePipelineInput
    )
    update_pipeline: PipelinePayload = mutates(
        pipelines.update_pipeline, "Changes a pipeline's settings.", pipeline_inputs.UpdatePipelineInput
    )
    archive_pipeline: PipelinePayload = mutates(
        pipelines.archive_pipeline,
        "Archives a pipeline: no job enters it any more.",
        pipeline_inputs.ArchivePipelineInput,
    )
    restore_pipeline: PipelinePayload = mutates(
        pipelines.restore_pipeline, "Takes a pipeline out of the archive.", pipeline_inputs.RestorePipelineInput
    )
    delete_pipeline: DeletedPayload = mutates(
        pipelines.delete_pipeline, "Deletes a pipeline that holds no jobs.", pipeline_inputs.DeletePipelineInput
    )
    create_stage: StagePayload = mutates(pipelines.create_stage, "Adds a stage.", pipeline_inputs.CreateStageInput)
    update_stage: StagePayload = mutates(
        pipelines.update_stage, "Renames or reorders a stage.", pipeline_inputs.UpdateStageInput
    )
    delete_stage: PipelinePayload = mutates(
        pipelines.delete_stage, "Deletes a stage; its jobs go to another one.", pipeline_inputs.DeleteStageInput
    )
    create_job_status: JobStatusPayload = mutates(
        pipelines.create_job_status, "Makes a custom job status.", pipeline_inputs.CreateJobStatusInput
    )
    update_job_status: JobStatusPayload = mutates(
        pipelines.update_job_status, "Changes a job status.", pipeline_inputs.UpdateJobStatusInput
    )
    delete_job_status: DeletedPayload = mutates(
        pipelines.delete_job_status,
        "Deletes a custom job status that no job has.",
        pipeline_inputs.DeleteJobStatusInput,
    )
    create_client_status: ClientStatusPayload = mutates(
        client_statuses.create_client_status,
        "Makes a client-facing status.",
        client_status_inputs.CreateClientStatusInput,
    )
    update_client_status: ClientStatusPayload = mutates(
        client_statuses.update_client_status,
        "Changes a client-facing status.",
        client_status_inputs.UpdateClientStatusInput,
    )
    delete_client_status: DeletedPayload = mutates(
        client_statuses.delete_client_status,
        "Deletes a client-facing status that nothing uses.",
        client_status_inputs.DeleteClientStatusInput,
    )
    create_automation: AutomationPayload = mutates(
        automations.create_automation,
        "Attaches an automation to a stage, or to a status in a pipeline.",
        automation_inputs.CreateAutomationInput,
    )
    update_automation: AutomationPayload = mutates(
        automations.update_automation,
        "Changes an automation; jobs that have entered go on as they began.",
        automation_inputs.UpdateAutomationInput,
    )
    delete_automation: PipelinePayload = mutates(
        automations.delete_automation, "Deletes an automation.", automation_inputs.DeleteAutomationInput
    )
    retry_run: AutomationRunPayload = mutates(
        automations.retry_run, "Tries a failed automation again.", automation_inputs.RetryRunInput
    )
    run_now: AutomationRunPayload = mutates(
        automations.run_now, "Runs a scheduled automation now.", automation_inputs.RunNowInput
    )
    dismiss_run: AutomationRunPayload = mutates(
        automations.dismiss_run,
        "Takes note of a failed automation: its stage waits for it no more.",
        automation_inputs.DismissRunInput,
    )
    cancel_run: AutomationRunPayload = mutates(
        automations.cancel_run, "Cancels an automation that is still to run.", automation_inputs.CancelRunInput
    )
    create_job_template: JobTemplatePayload = mutates(
        job_templates.create_job_template, "Makes a job template.", job_template_inputs.CreateJobTemplateInput
    )
    update_job_template: JobTemplatePayload = mutates(
        job_templates.update_job_template, "Changes a job template.", job_template_inputs.UpdateJobTemplateInput
    )
    delete_job_template: DeletedPayload = mutates(
        job_templates.delete_job_template,
        "Deletes a job template that nothing uses.",
        job_template_inputs.DeleteJobTemplateInput,
    )
    retry_dead_letter: DeletedPayload = mutates(
        dead_letters.retry_dead_letter,
        "Takes dead work up again: it is due now, and no dead letter any more.",
        dead_letter_inputs.RetryDeadLetterInput,
    )
    dismiss_dead_letter: DeletedPayload = mutates(
        dead_letters.dismiss_dead_letter,
        "Takes note of dead work, which is not done any more.",
        dead_letter_inputs.DismissDeadLetterInput,
    )
    create_job: JobPayload = mutates(jobs.create_job, "Makes a job.", job_inputs.CreateJobInput)
    update_job: JobPayload = mutates(jobs.update_job, "Changes a job where it stands.", job_inputs.UpdateJobInput)
    move_job: JobPayload = mutates(
        jobs.move_job, "Moves a job to a stage, or to another place in its column.", job_inputs.MoveJobInput
    )
    undo_move: UndoMovePayload = mutates(
        undo.undo_move,
        "Takes the last move of a job by hand back, for some minutes, if nothing that left the firm came of it.",
        job_inputs.UndoMoveInput,
    )
    set_job_status: JobPayload = mutates(
        jobs.set_job_status, "Puts a job into a status; archives and unarchives it.", job_inputs.SetJobStatusInput
    )
    set_client_status: JobPayload = mutates(
        client_statuses.set_client_status,
        "Says what the client may see of where a job stands.",
        client_status_inputs.SetClientStatusInput,
    )
    create_task: TaskPayload = mutates(tasks.create_task, "Makes a task.", task_inputs.CreateTaskInput)
    update_task: TaskPayload = mutates(tasks.update_task, "Changes a task.", task_inputs.UpdateTaskInput)
    create_subtask: SubtaskPayload = mutates(
        tasks.create_subtask, "Adds a line to a task's check list.", task_inputs.CreateSubtaskInput
    )
    update_subtask: SubtaskPayload = mutates(
        tasks.update_subtask, "Changes a line of a check list.", task_inputs.UpdateSubtaskInput
    )
    delete_subtask: TaskPayload = mutates(
        tasks.delete_subtask, "Deletes a line of a check list.", task_inputs.DeleteSubtaskInput
    )
    create_comment: CommentPayload = mutates(
        comments.create_comment,
        "Says something about a job to the members who see it.",
        comment_inputs.CreateCommentInput,
    )
    update_comment: CommentPayload = mutates(
        comments.update_comment, "Changes a comment of one's own.", comment_inputs.UpdateCommentInput
    )
    delete_comment: CommentPayload = mutates(
        comments.delete_comment, "Deletes a comment, which keeps its place.", comment_inputs.DeleteCommentInput
    )
    request_upload: DocumentPayload = mutates(
        documents.request_upload,
        "Makes a document that waits for its content: PUT that to its uploadUrl. Until then nobody else sees it.",
        document_inputs.RequestUploadInput,
    )
    update_document: DocumentPayload = mutates(
        documents.update_document, "Renames a document.", document_inputs.UpdateDocumentInput
    )
    share_document: DocumentPayload = mutates(
        documents.share_document, "Lets the client see a document.", document_inputs.ShareDocumentInput
    )
    unshare_document: DocumentPayload = mutates(
        documents.unshare_document, "Takes a document back from the client.", document_inputs.UnshareDocumentInput
    )
    delete_document: DeletedPayload = mutates(
        documents.delete_document, "Deletes a document with its content.", document_inputs.DeleteDocumentInput
    )
    mark_notifications_read: MarkNotificationsReadPayload = mutates(
        notifications.mark_notifications_read,
        "Marks one's notifications as read.",
        notification_inputs.MarkNotificationsReadInput,
    )
    update_notification_preferences: UpdateNotificationPreferencesPayload = mutates(
        notifications.update_notification_preferences,
        "Changes of which notifications one is told by e-mail as well. E-mails that have been made are sent.",
        notification_inputs.UpdateNotificationPreferencesInput,
    )
    create_email_template: EmailTemplatePayload = mutates(
        emails.create_email_template, "Makes an e-mail template.", email_inputs.CreateEmailTemplateInput
    )
    update_email_template: EmailTemplatePayload = mutates(
        emails.update_email_template,
        "Changes an e-mail template. E-mails that have been made stay as they are.",
        email_inputs.UpdateEmailTemplateInput,
    )
    delete_email_template: DeletedPayload = mutates(
        emails.delete_email_template,
        "Deletes an e-mail template that no automation uses.",
        email_inputs.DeleteEmailTemplateInput,
    )
    send_test_email: EmailPayload = mutates(
        emails.send_test_email,
        "Sends a template to oneself, also while client mail is held back.",
        email_inputs.SendTestEmailInput,
    )
    release_emails: HeldEmailsPayload = mutates(
        emails.release_emails, "Sends e-mails that are held back.", email_inputs.ReleaseEmailsInput
    )
    discard_emails: HeldEmailsPayload = mutates(
        emails.discard_emails, "Has e-mails that are held back never sent.", email_inputs.DiscardEmailsInput
    )
    retry_email: EmailPayload = mutates(
        emails.retry_email, "Sends a failed e-mail again, under the same Message-ID.", email_inputs.RetryEmailInput
    )
    rotate_webhook_secret: FirmPayload = mutates(
        webhooks.rotate_secret,
        "Makes a new secret to sign webhooks with.",
        webhook_inputs.RotateWebhookSecretInput,
    )
    retry_webhook_call: WebhookCallPayload = mutates(
        webhooks.retry_call,
        "Has a webhook's call that was not accepted made once more, at once.",
        webhook_inputs.RetryWebhookCallInput,
    )
