"""L'API FHIR simulée, appelée par `requests` : clé, quota, recherches, pages, inclusions, pannes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
import requests

from simulators.annuaire.modele import BalPubliee
from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE
from simulators.socle.correspondants import CORRESPONDANTS
from tests.simulators.annuaire.conftest import Essai

ALIX = PROFESSIONNELS[0].rpps


# ------------------------------------------------------------------ clé et quota
def test_sans_cle_refuse(essai: Essai) -> None:
    """Sans clé, 401 ; avec une autre, 403 ; toujours avec une explication."""
    assert essai.appeler("Practitioner", cle=None).statut == 401
    refus = essai.appeler("Practitioner", cle="inventee")
    assert refus.statut == 403
    assert "clé" in refus.diagnostic


def test_cle_protegee_au_journal(essai: Essai) -> None:
    """La clé ne s'écrit jamais en clair, mais deux appels de la même clé se comparent."""
    essai.appeler("Practitioner?_count=1")
    essai.appeler("Practitioner?_count=1")
    vues = {e.requete.entete("ESANTE-API-KEY") for e in essai.echanges()[-2:]}
    assert len(vues) == 1
    assert essai.adresses["cle"] not in str(vues)


def test_quota(essai: Essai) -> None:
    """Le dix-huitième appel de la seconde est refusé, avec le délai à attendre."""
    instants = iter([0.0] * 17 + [0.5, 1.0])
    essai.annuaire._debit._horloge = lambda: next(instants)
    try:
        recus = [essai.appeler("metadata", au_quota=True) for _ in range(19)]
    finally:
        del essai.annuaire._debit._horloge
        essai.annuaire._debit.__init__(17, 1.0)  # type: ignore[misc]
    assert [r.statut for r in recus] == [200] * 17 + [429, 200]
    assert recus[17].entetes["Retry-After"] == "1"


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH"])
def test_lecture_seule(essai: Essai, methode: str) -> None:
    """L'API ne s'écrit pas."""
    recu = essai.appeler("Practitioner/003-1", methode)
    assert (recu.statut, recu.entetes["Allow"]) == (405, "GET, POST")
    assert essai.appeler("Practitioner", "POST", data={"family": "X"}).statut == 405


def test_version_exigee(essai: Essai) -> None:
    """Sans /v2, rien n'est servi."""
    racine = essai.adresses["fhir"].removesuffix("/v2")
    assert essai.appeler(f"{racine}/Practitioner").statut == 404
    assert essai.appeler(f"{racine}/v1/Practitioner").statut == 404


# --------------------------------------------------------------------- recherches
def test_les_douze_correspondants_sont_publies(essai: Essai) -> None:
    """Chaque correspondant du banc se trouve par son RPPS, avec son adresse, son nom et son lieu."""
    for correspondant in CORRESPONDANTS:
        recu = essai.appeler(f"Practitioner?identifier={correspondant.rpps}&_revinclude=PractitionerRole:practitioner")
        (personne,) = recu.ressources
        assert [t["value"] for t in personne["telecom"]] == [correspondant.bal]
        assert personne["name"][0]["family"] == correspondant.nom
        (situation,) = recu.incluses
        lieu = essai.appeler(situation["organization"]["reference"]).json
        assert correspondant.structure.finess in [i["value"] for i in lieu["identifier"]]


def test_bal_en_telecom(essai: Essai) -> None:
    """Une BAL se reconnaît à ses extensions ; le courriel d'une structure n'en a pas."""
    (personne,) = essai.appeler(f"Practitioner?identifier={ALIX}").ressources
    (bal,) = personne["telecom"]
    urls = [e["url"].rpartition("/")[2] for e in bal["extension"]]
    assert urls == ["fr-core-contact-point-email-type", "as-ext-mailbox-mss-metadata"]
    assert bal["extension"][0]["valueCoding"]["code"] == "MSSANTE"
    (laboratoire,) = essai.appeler(f"Organization?identifier={STRUCTURE.finess}").ressources
    genres = {t["value"]: t["extension"][1]["extension"][0]["valueCodeableConcept"]["coding"][0]["code"]
              for t in laboratoire["telecom"] if "extension" in t}  # fmt: skip
    assert genres == {"secretariat@labo.formation.mssante.fr": "ORG", "crbio@labo.formation.mssante.fr": "APP"}
    assert "responsible" not in str(laboratoire) + str(personne)


def test_liste_rouge_jamais_publiee(essai: Essai) -> None:
    """Une BAL en liste rouge n'est ni montrée ni trouvée."""
    secrete = BalPubliee("secrete@cabinet.formation.mssante.fr", liste_rouge=True)
    essai.annuaire.etat.modifier(ALIX, bals=(secrete,))
    (personne,) = essai.appeler(f"Practitioner?identifier={ALIX}").ressources
    assert "telecom" not in personne
    assert essai.appeler("Practitioner?mailbox-mss:contains=secrete").json["total"] == 0


def test_porteurs_de_bal(essai: Essai) -> None:
    """`mailbox-mss:contains=@` rend exactement les porteurs d'une BAL publiée."""
    attendus = {p.rpps for p in essai.annuaire.etat.personnes() if any(not b.liste_rouge for b in p.bals)}
    recu = essai.appeler("Practitioner?mailbox-mss:contains=%40&_count=1000")
    trouves = {
        i["value"] for r in recu.ressources for i in r["identifier"] if i["system"].endswith("rpps.esante.gouv.fr")
    }
    assert trouves == attendus


@pytest.mark.parametrize(
    ("critere", "trouve"),
    [
        ("family=biol", True), ("family=OLOGUE", False), ("family:contains=OLOGUE", True),
        ("family:exact=BIOLOGUE", True), ("family:exact=biologue", False), ("family:exact=BIOLOG", False),
        ("name=alix", True), ("name=DR", True),
        ("name:family=BIOLOGUE", True), ("name:given=ALIX", True), ("given=%C3%A0lix", True), ("active=true", True),
        ("active=false", False), ("identifier-type=RPPS", True), ("identifier-type=FINEG", False),
        ("qualification-code=10", True), ("qualification-code=SM03,SM04", True), ("qualification-code=21", False),
        ("data-information-system=RPPS", True), ("_lastUpdated=ge2026", True), ("_lastUpdated=gt2026", False),
        ("_lastUpdated=eq2026-01-05", True), ("_lastUpdated=ne2026-01-05", False), ("_lastUpdated=lt2026-01-05", False),
        ("_lastUpdated=le2026-01-05", True), ("_lastUpdated=sa2026-01-04", True), ("_lastUpdated=eb2026-01-06", True),
        ("_lastUpdated=2026-01", True), ("_lastUpdated=ge2026-01-05T07:00:00%2B01:00", True),
        ("_lastUpdated=gt2026-01-05T06:00:00Z", False), ("_lastUpdated=ap2026-01-06", True),
        ("identifier=https://rpps.esante.gouv.fr%7C", True), ("identifier=urn:oid:9.9%7C" + ALIX, False),
        ("family=BIOLOGUE&family=ANALYSTE", False), ("family=ANALYSTE,BIOLOGUE", True),
        ("family=BIO%5C%2CLOGUE", False),
    ],
)  # fmt: skip
def test_criteres(essai: Essai, critere: str, trouve: bool) -> None:
    """Modificateurs, préfixes de date, système|code, OU et ET."""
    recu = essai.appeler(f"Practitioner?_id={_id(essai)}&{critere}")
    assert recu.statut == 200, recu.octets
    assert recu.json["total"] == int(trouve)


def _id(essai: Essai) -> str:
    return str(essai.annuaire.etat.index.par_identifiant("Practitioner", ALIX)[0].id)


@pytest.mark.parametrize(
    ("type_", "requete"),
    [
        ("PractitionerRole", "role=FON-AU"), ("PractitionerRole", "mailbox-mss:contains=cabinet"),
        ("PractitionerRole", "data-information-system=RPPS"), ("Organization", "name:contains=BANC"),
        ("Organization", "address-postalcode=63000"), ("Organization", "address-city=CLERMONT"),
        ("Organization", "address=63000"), ("Organization", "type=SA25"), ("Organization", "partof:missing=true"),
        ("HealthcareService", "service-type=01"), ("HealthcareService", "characteristic=01"),
        ("HealthcareService", "service-category=00&active=true"), ("HealthcareService", "_since=2020"),
        ("HealthcareService", "_profile=" + quote("https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/"
                                                  "as-dp-healthcareservice-healthcare-activity", safe="")),
        ("Device", "type=05602"), ("Device", "status=active"), ("Device", "manufacturer=marque"),
        ("Device", "model=MOD"),
    ],
)  # fmt: skip
def test_parametres_des_autres_types(essai: Essai, type_: str, requete: str) -> None:
    """Chaque type répond à ses paramètres ; un modificateur non documenté est refusé."""
    recu = essai.appeler(f"{type_}?{requete}")
    if "missing" in requete:
        assert recu.statut == 400
    else:
        assert recu.statut == 200
        assert recu.json["total"] > 0


def test_references(essai: Essai) -> None:
    """Une structure se retrouve depuis la situation, le service ou l'équipement qui la cite, et inversement."""
    for type_ in ("HealthcareService", "Device"):
        recu = essai.appeler(f"{type_}?_count=1&_include={type_}:organization")
        (structure,) = recu.incluses
        assert essai.appeler(f"{type_}?organization={structure['id']}").json["total"] >= 1
        assert essai.appeler(f"{type_}?organization=Organization/{structure['id']}").json["total"] >= 1
    recu = essai.appeler(f"Organization?_id={structure['id']}&_include=*&_revinclude=Device:organization")
    assert {r["resourceType"] for r in recu.incluses} == {"Device", "Organization"}


def test_post_search(essai: Essai) -> None:
    """POST `_search` vaut GET, adresse et formulaire réunis."""
    recu = essai.appeler("Practitioner/_search?active=true", "POST", data={"family": "BIOLOGUE", "given": "ALIX"})
    assert recu.json["total"] == 1
    assert essai.echanges()[-1].operation == "fhir:Practitioner"


def test_elements(essai: Essai) -> None:
    """`_elements` ne garde que l'élément demandé et le dit par une étiquette."""
    (personne,) = essai.appeler(f"Practitioner?identifier={ALIX}&_elements=name").ressources
    assert set(personne) == {"resourceType", "id", "meta", "name"}
    assert personne["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_total(essai: Essai) -> None:
    """`_total=none` tait le total."""
    assert "total" not in essai.appeler("Practitioner?_total=none").json
    assert essai.appeler("Practitioner?_total=accurate").json["total"] == 414
    assert essai.appeler("Practitioner?_total=peut-etre").statut == 400


# ------------------------------------------------------------------------- pages
def test_pages(essai: Essai) -> None:
    """Le lien suivant mène à tout, sans doublon ; il est opaque et veut la clé."""
    recu = essai.appeler("Practitioner?_count=90")
    vus = [r["id"] for r in recu.ressources]
    pages = 1
    while recu.suivante:
        assert re.search(r"/_page\?id=[\w-]{100,}$", recu.suivante)
        assert essai.appeler(recu.suivante, cle=None).statut == 401
        recu = essai.appeler(recu.suivante)
        vus += [r["id"] for r in recu.ressources]
        pages += 1
    assert (pages, len(vus), len(set(vus))) == (5, 414, 414)


def test_page_par_defaut(essai: Essai) -> None:
    """Cinquante ressources par page, sauf demande."""
    assert len(essai.appeler("Practitioner").ressources) == 50
    assert len(essai.appeler("Practitioner?_count=99999").ressources) == 414


def test_page_figee(essai: Essai) -> None:
    """Une page suit la publication de sa recherche, même si l'annuaire change entre deux."""
    premiere = essai.appeler("Practitioner?_count=400")
    essai.annuaire.etat.renumeroter()
    assert premiere.suivante
    suite = essai.appeler(premiere.suivante)
    assert not {r["id"] for r in suite.ressources} & {r["id"] for r in premiere.ressources}


def test_page_oubliee_avec_le_scenario(essai: Essai) -> None:
    """Une remise à zéro fait expirer les pages promises : 410."""
    suivante = essai.appeler("Practitioner").suivante
    essai.annuaire.remettre_a_zero()
    assert suivante
    assert essai.appeler(suivante).statut == 410


# ------------------------------------------------------------------- changements
def test_delta_et_radiation(essai: Essai) -> None:
    """Un changement se voit dans un delta ; un radié y est inactif, réduit à ses identifiants."""
    depuis = datetime.now(UTC) - timedelta(seconds=2)
    essai.annuaire.etat.modifier(PROFESSIONNELS[1].rpps, nom="ANALYSTE-NEUVE")
    essai.annuaire.etat.retirer(ALIX)
    recu = essai.appeler(f"Practitioner?_lastUpdated=ge{quote(depuis.isoformat(timespec='seconds'))}")
    par_etat = {r["active"]: r for r in recu.ressources}
    assert par_etat[True]["name"][0]["family"] == "ANALYSTE-NEUVE"
    assert set(par_etat[False]) == {"resourceType", "id", "meta", "language", "identifier", "active"}
    assert essai.appeler("Practitioner?family:exact=ANALYSTE").json["total"] == 0


def test_situation_fermee(essai: Essai) -> None:
    """Une situation d'exercice qui s'achève reste, inactive."""
    personne = essai.annuaire.etat.personne(ALIX)
    assert personne is not None
    essai.annuaire.etat.modifier(ALIX, situations=())
    recu = essai.appeler(f"PractitionerRole?identifier={personne.situations[0].identifiant}")
    assert [r["active"] for r in recu.ressources] == [False]
    assert essai.appeler(f"Practitioner?identifier={ALIX}&_revinclude=PractitionerRole:practitioner").incluses == []


def test_edition(essai: Essai) -> None:
    """D'une édition à l'autre, les identifiants des personnes changent, pas ceux des structures."""
    avant = essai.appeler("Practitioner?identifier=" + ALIX).ressources[0]["id"]
    lieu = essai.appeler("Organization?identifier=" + STRUCTURE.finess).ressources[0]["id"]
    essai.annuaire.etat.renumeroter()
    assert essai.appeler(f"Practitioner/{avant}").statut == 404
    apres = essai.appeler("Practitioner?identifier=" + ALIX).ressources[0]["id"]
    assert apres != avant
    assert essai.appeler(f"Organization/{lieu}").statut == 200
    assert [e.notes["edition"] for e in essai.echanges()[-5:]] == ["1", "1", "2", "2", "2"]


def test_remise_a_zero(essai: Essai) -> None:
    """Un scénario ne voit rien des changements du précédent."""
    essai.annuaire.etat.modifier(ALIX, nom="AUTRE")
    essai.annuaire.remettre_a_zero()
    assert essai.appeler("Practitioner?identifier=" + ALIX).ressources[0]["name"][0]["family"] == "BIOLOGUE"


# ------------------------------------------------------------------------- pannes
@pytest.mark.parametrize(
    ("panne", "statut"),
    [
        ("cle_non_lue", 401),
        ("cle_revoquee", 403),
        ("debit_depasse", 429),
        ("erreur_interne", 500),
        ("indisponible", 503),
    ],
)
def test_pannes_de_refus(essai: Essai, panne: str, statut: int) -> None:
    """La panne se joue une fois, et se lit au journal."""
    essai.annuaire.panne(panne)
    assert essai.appeler("Practitioner?_count=1").statut == statut
    assert essai.echanges()[-1].panne == panne
    assert essai.appeler("Practitioner?_count=1").statut == 200


def test_bundle_tronque(essai: Essai) -> None:
    """Un Bundle coupé n'est plus du JSON, alors que HTTP est juste."""
    essai.annuaire.panne("bundle_tronque")
    recu = essai.appeler("Practitioner")
    assert (recu.statut, recu.json) == (200, {})
    assert recu.octets.startswith(b'{"resourceType":"Bundle"')


def test_page_vide_et_doublon(essai: Essai) -> None:
    """Une page vide garde son lien ; un doublon répète la dernière entrée ; une page peut expirer."""
    essai.annuaire.panne("page_vide")
    vide = essai.appeler("Practitioner?_count=300")
    assert vide.suivante and vide.ressources == []
    pleine = essai.appeler(vide.suivante)
    assert len(pleine.ressources) == 300
    essai.annuaire.panne("doublon_entre_pages")
    premiere = essai.appeler("Practitioner?_count=300")
    assert premiere.suivante
    seconde = essai.appeler(premiere.suivante)
    assert premiere.ressources[-1]["id"] == seconde.ressources[0]["id"]
    essai.annuaire.panne("page_expiree")
    assert essai.appeler(premiere.suivante).statut == 410


def test_retouches(essai: Essai) -> None:
    """Fiche disparue, total absent, BAL portée deux fois."""
    essai.annuaire.panne("fiche_disparue")
    assert essai.appeler(f"Practitioner?identifier={ALIX}").json["total"] == 0
    essai.annuaire.panne("total_absent")
    assert "total" not in essai.appeler(f"Practitioner?identifier={ALIX}").json
    essai.annuaire.panne("bal_en_double")
    recu = essai.appeler(f"Practitioner?identifier={ALIX}&_revinclude=PractitionerRole:practitioner")
    porteurs = [r["resourceType"] for r in (*recu.ressources, *recu.incluses) if r.get("telecom")]
    assert porteurs == ["Practitioner", "PractitionerRole"]
    assert "telecom" not in essai.appeler(f"PractitionerRole?practitioner={_id(essai)}").ressources[0]


@pytest.mark.parametrize(
    "suite", ["%00", "?" + "family=a&" * 250, "?family=" + "%C3%A9" * 1000, "?%zz=1", "/a/b/c", "//"]
)
def test_hostile(essai: Essai, suite: str) -> None:
    """Une demande absurde obtient un refus clair, jamais une erreur du simulateur."""
    url = f"{essai.adresses['fhir']}/Practitioner{suite}"
    reponse = requests.Request("GET", url, headers={"ESANTE-API-KEY": essai.adresses["cle"]}).prepare()
    reponse.url = url
    recue = essai._client.send(reponse, timeout=20)
    assert recue.status_code in (200, 400, 404, 405)
    assert essai.echanges()[-1].notes.get("incident") is None
