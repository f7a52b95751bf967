from tests.support.api import Shop
async def test_x(shop: Shop) -> None:
    job = await shop.job()
    r = await shop.owner.post("mutation($input: UpdateJobInput!){updateJob(input:$input){job{id} errors{code}}}", {"input": {"jobId": job["id"], "dueDate": "2026-01-01"}})
    print(r.text)
    r = await shop.owner.post("mutation($input: UpdateJobInput!){updateJob(input:$input){job{id} errors{code}}}", {"input": {"jobId": job["id"], "name": None, "priority": "LOW"}})
    print(r.text)
