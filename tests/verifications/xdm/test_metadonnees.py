"""Les métadonnées d'un lot : chaque défaut est pris par sa règle, les façons légitimes de les écrire ne le sont pas."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reports.constat import Constat
from reports.verdict import Verdict
from steps.verifications.xdm import lire_lot_fichier, verifier_lot_fichier
from steps.verifications.xdm.lots import verifier_metadonnees
from tests.verifications.cda.fabrique import cda, remplace
from tests.verifications.dmp.fabrique import (
    CX,
    ENTREE,
    FICHE,
    LOT,
    NRV,
    RPLC,
    XCN,
    association,
    auteur,
    code,
    externe,
    slot,
)
from tests.verifications.xdm.fabrique import Piece, metadonnees
from tests.verifications.xdm.test_zip import en_cause

N, V = Verdict.NON_CONFORME, Verdict.A_VERIFIER
BASE = metadonnees()
_AUTRE_INS = CX.replace("290129999900192", "185073512345621")
_PATIENT, _ID_PATIENT = "58a6f841-87b3-4a3e-92fd-a8ffeff98427", "XDSDocumentEntry.patientId"
_ID_LOT = "96fdda7c-d067-4183-912e-bf5ee74998a8"


def juger(octets: bytes, fichiers: dict[str, bytes] | None = None) -> dict[str, Verdict]:
    """Règles non tenues par ces métadonnées ; `fichiers` : le dossier du lot, s'il est là."""
    lu = lire_lot_fichier(octets, fichiers)
    if isinstance(lu, Constat):
        return en_cause([lu])
    return en_cause(verifier_metadonnees(lu) if fichiers is None else verifier_lot_fichier(lu, fichiers))


def fiche_(**morceaux: str) -> Callable[[], bytes]:
    return lambda: metadonnees(Piece(fiche=morceaux))


def lot_(**morceaux: str) -> Callable[[], bytes]:
    return lambda: metadonnees(lot=morceaux)


def echange_(avant: str, apres: str) -> Callable[[], bytes]:
    def echanger() -> bytes:
        assert avant.encode() in BASE
        return BASE.replace(avant.encode(), apres.encode())

    return echanger


def _prefixes() -> bytes:
    """La même chose, tout sous des préfixes inattendus."""
    texte = BASE.decode().replace(' xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"', "")
    texte = re.sub(r"<(/?)(?!l:|\?)(\w)", r"<\1zz:\2", texte)
    return texte.replace(
        "<l:SubmitObjectsRequest ", '<l:SubmitObjectsRequest xmlns:zz="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" '
    ).encode()


def _classe_dans_le_lot() -> bytes:
    racine = etree.fromstring(BASE.replace(LOT["classement"].encode(), b""))
    liste = racine[0]
    lot = next(objet for objet in liste if etree.QName(objet).localname == "RegistryPackage")
    premier = next(enfant for enfant in lot if etree.QName(enfant).localname == "ExternalIdentifier")
    espace = etree.QName(liste).namespace
    balise = f'<Classification xmlns="{espace}"'
    premier.addprevious(etree.fromstring(LOT["classement"].replace("<Classification", balise, 1)))
    return etree.tostring(racine, encoding="UTF-8")


def _renverse() -> bytes:
    """Les objets et le contenu de chacun dans l'ordre inverse."""
    racine = etree.fromstring(BASE)
    liste = racine[0]
    liste[:] = list(reversed(liste))
    for objet in liste:
        objet[:] = list(reversed(objet))
    return etree.tostring(racine, encoding="UTF-8")


def _urn_uuid() -> bytes:
    """Des identifiants d'objets en urn:uuid, avec lid."""
    doc, lot = f"urn:uuid:{uuid.UUID(int=7)}", f"urn:uuid:{uuid.UUID(int=8)}"
    texte = BASE.decode().replace("Doc1", doc).replace("Lot1", lot)
    return texte.replace(f'<ExtrinsicObject id="{doc}"', f'<ExtrinsicObject id="{doc}" lid="{doc}"').encode()


VALIDES: dict[str, Callable[[], bytes]] = {
    "ordinaire": lambda: BASE,
    "préfixes quelconques": _prefixes,
    "urn:uuid et lid": _urn_uuid,
    "UTF-16": lambda: BASE.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "avec BOM": lambda: b"\xef\xbb\xbf" + BASE,
    "CRLF": lambda: BASE.replace(b"><", b">\r\n<"),
    "classement dans le lot": _classe_dans_le_lot,
    "ITI-41": lambda: b'<x:ProvideAndRegisterDocumentSetRequest xmlns:x="urn:ihe:iti:xds-b:2007">'
    + BASE.split(b"?>", 1)[1] + b"</x:ProvideAndRegisterDocumentSetRequest>",
    "registryObject écrit": echange_('<ExternalIdentifier identificationScheme="urn:uuid:58a6',
                                     '<ExternalIdentifier registryObject="Doc1" identificationScheme="urn:uuid:58a6'),
    "date d'attribution dans patientId": echange_("&amp;ISO^NH", "&amp;ISO^NH^^20200101"),
    "remplacement": lambda: metadonnees(ajout=RPLC),
    "deux auteurs du document": fiche_(author=auteur() + auteur(XCN.replace("899900000017", "899900000025"))),
    "visibilité": fiche_(
        confidentialityCode=FICHE["confidentialityCode"] + code(NRV, "MASQUE_PS", "1.2.250.1.213.1.1.4.13")
    ),
    "sans fin d'acte": fiche_(serviceStopTime=""),
    "date au jour": fiche_(serviceStartTime=slot("serviceStartTime", "20261119"), serviceStopTime=""),
    "sans empreinte, seules": fiche_(hash=""),
    "hash sans size": fiche_(hash=slot("hash", "a" * 40)),
    "copie PDF décrite": lambda: metadonnees(
        Piece(), Piece("DOC0001.PDF", b"%PDF-1.4", {"mimeType": "application/pdf"}, "Doc2", "1.2.250.1.213.99.1.100.2")
    ),
}  # fmt: skip

MUTANTS: dict[str, tuple[Callable[[], bytes], dict[str, Verdict]]] = {
    "XML mal formé": (lambda: BASE[:-10], {"XDS-LEC-02": N}),
    "DTD": (lambda: BASE.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1), {"XDS-LEC-02": N}),
    "autre racine": (lambda: b"<a/>", {"XDS-LEC-01": N}),
    "ebXML 2.1": (echange_("regrep:xsd:rim:3.0", "regrep:rim:xsd:2.1"), {"XDS-LEC-01": N}),
    "sans lot": (lot_(classement=""), {"XDS-LOT-01": N, "DMP-LOT-09": N}),
    "sans HasMember": (lambda: metadonnees(membres=""), {"DMP-LOT-05": N}),
    "membre non original": (
        lambda: metadonnees(membres=association("HasMember", "Lot1", "Doc1", SubmissionSetStatus="Reference")),
        {"DMP-LOT-05": N},
    ),
    "association inventée": (lambda: metadonnees(ajout=association("Copie", "Doc1", ENTREE)), {"DMP-LOT-06": N}),
    "association vers rien": (lambda: metadonnees(ajout=association("APND", "Doc1", "Doc9")), {"XDS-ASS-01": N}),
    "RPLC vers un document du lot": (lambda: metadonnees(ajout=association("RPLC", "Doc1", "Doc1")), {"XDS-ASS-01": N}),
    "id en double": (
        lambda: metadonnees(Piece(), Piece("B.XML", unique_id="1.2.3.4")), {"XDS-IDS-01": N},
    ),
    "urn:uuid faux": (echange_("Doc1", "urn:uuid:12-34"), {"XDS-IDS-01": N}),
    "uniqueId en double": (lambda: metadonnees(Piece(), Piece("B.XML", id="Doc2")), {"XDS-IDS-02": N}),
    "registryObject d'un autre": (
        echange_('<ExternalIdentifier identificationScheme="urn:uuid:58a6',
                 '<ExternalIdentifier registryObject="Lot1" identificationScheme="urn:uuid:58a6'), {"XDS-IDS-03": N},
    ),
    "classifiedObject d'un autre": (
        fiche_(typeCode=code("f0306f51-975f-434e-a61c-c59651d33983", "11502-2", "2.16.840.1.113883.6.1", "Autre")),
        {"DMP-XDS-01": N},
    ),
    "schéma inconnu": (
        fiche_(ajout=code("00000000-0000-0000-0000-000000000000", "X", "1.2.3")), {"DMP-XDS-01": N, "XDS-SCH-01": V},
    ),
    "code sans libellé": (
        fiche_(classCode=FICHE["classCode"].replace('value="libellé"', 'value=""')), {"XDS-COD-01": N},
    ),
    "typeCode sans nomenclature": (
        fiche_(typeCode=code("f0306f51-975f-434e-a61c-c59651d33983", "11502-2", "")),
        {"XDS-COD-01": N, "DMP-XDS-08": N},
    ),
    "classCode hors liste": (
        fiche_(classCode=code("41a5887f-8865-4c09-adf7-e362475b143a", "99", "1.2.250.1.213.1.1.4.1")),
        {"DMP-XDS-07": N},
    ),
    "sans typeCode": (fiche_(typeCode=""), {"DMP-XDS-08": N}),
    "deux confidentialités": (
        fiche_(confidentialityCode=FICHE["confidentialityCode"] + code(NRV, "R", "2.16.840.1.113883.5.25")),
        {"DMP-XDS-09": N},
    ),
    "sans patientId": (fiche_(patientId=""), {"XDS-PAT-02": N}),
    "lot sans patientId": (lot_(patientId=""), {"XDS-PAT-01": N}),
    "autre patient que le lot": (fiche_(patientId=externe(_PATIENT, _ID_PATIENT, _AUTRE_INS)), {"XDS-PAT-01": N}),
    "clé du matricule fausse": (echange_("290129999900192", "290129999900193"), {"DMP-XDS-15": N}),
    "INS sans type NH": (echange_("&amp;ISO^NH", "&amp;ISO^PI"), {"DMP-XDS-15": N}),
    "patientId sans autorité": (echange_("^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH", "^^^^NH"), {"XDS-PAT-02": N}),
    "identifiant local": (
        echange_(CX, "IPP7^^^&amp;1.2.250.1.213.99.1.7&amp;ISO^PI"),
        {"XDS-PAT-03": V},
    ),
    "uniqueId vide d'OID": (
        fiche_(uniqueId=externe("2e82c1f6-a085-4c72-9da3-8640a32e42ab", "XDSDocumentEntry.uniqueId", "abc")),
        {"DMP-XDS-16": N},
    ),
    "date avec fuseau": (fiche_(creationTime=slot("creationTime", "20261120101530+0100")), {"DMP-XDS-17": N}),
    "fin avant le début": (fiche_(serviceStopTime=slot("serviceStopTime", "20261118080000")), {"DMP-XDS-17": N}),
    "langue inventée": (fiche_(languageCode=slot("languageCode", "français")), {"DMP-XDS-18": N}),
    "sans responsable": (fiche_(legalAuthenticator=""), {"DMP-XDS-19": N}),
    "PID-7 faux": (fiche_(sourcePatientInfo=slot("sourcePatientInfo", "PID-7|31/12/1990")), {"DMP-XDS-20": N}),
    "hash qui n'est pas un SHA-1": (fiche_(hash=slot("hash", "abc") + slot("size", "3")), {"XDS-EMP-01": N}),
    "size en toutes lettres": (
        fiche_(hash=slot("hash", "a" * 40) + slot("size", "12 Ko")), {"XDS-EMP-01": N},
    ),
    "code sans Name": (
        fiche_(classCode=re.sub(r"<Name>.*?</Name>", "", FICHE["classCode"])), {"XDS-COD-01": N},
    ),
    "sans titre": (fiche_(title=""), {"DMP-XDS-22": N}),
    "sans auteur": (fiche_(author=""), {"DMP-XDS-03": N}),
    "XCN sans autorité": (
        fiche_(author=auteur(XCN.replace("&amp;1.2.250.1.71.4.2.1&amp;ISO", ""))), {"DMP-XDS-04": N},
    ),
    "XON sans identifiant": (fiche_(author=auteur(structure="LABORATOIRE")), {"DMP-XDS-05": N}),
    "type de fichier inconnu": (fiche_(mimeType="application/msword"), {"DMP-XDS-02": N}),
    "lot sans auteur": (lot_(author=""), {"DMP-LOT-02": N}),
    "lot sans heure": (lot_(submissionTime=""), {"DMP-LOT-04": N}),
    "contentTypeCode hors nomenclature": (
        lot_(contentTypeCode=code("aa543740-bdda-424e-8c96-df4873be8500", "04", "1.2.3", "Lot1")), {"DMP-LOT-03": N},
    ),
    "uniqueId du lot absent": (lot_(uniqueId=""), {"DMP-LOT-04": N}),
    "nom d'identifiant du lot faux": (lot_(uniqueId=externe(_ID_LOT, "Identifiant", "1.2.3")), {"DMP-LOT-09": N}),
}  # fmt: skip


@pytest.mark.parametrize("nom", VALIDES)
def test_valide(nom: str) -> None:
    """Une écriture légitime n'est pas mise en cause."""
    assert not juger(VALIDES[nom]())


def test_ordre_inverse() -> None:
    """Des objets dont le contenu est en désordre se lisent ; seul l'ordre se regarde."""
    assert juger(_renverse()) == {"XDS-SCH-01": V}


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        (b'<Slot name="languageCode">', b'<Slot name="languageCode" lang="fr">'),
        (b'<Slot name="languageCode"><ValueList>', b'<Slot name="languageCode"><ValueList><Autre/>'),
    ],
)
def test_hors_schema(avant: bytes, apres: bytes) -> None:
    """Un élément ou un attribut que le schéma ne connaît pas est un manquement, même rangé à sa place."""
    assert avant in BASE
    assert juger(BASE.replace(avant, apres, 1))["XDS-SCH-01"] is N


@pytest.mark.parametrize("nom", MUTANTS)
def test_mutant(nom: str) -> None:
    """Un défaut est pris par sa règle, et elle seule."""
    fabrique, attendus = MUTANTS[nom]
    assert juger(fabrique()) == attendus


CDA = cda()
DOSSIER = {"DOC0001.XML": CDA}


def avec_fichiers(*pieces: Piece, fichiers: dict[str, bytes] | None = None, **options: object) -> dict[str, Verdict]:
    """Métadonnées de ces pièces, dans leur dossier."""
    pieces = pieces or (Piece(),)
    presents = {p.uri: p.octets for p in pieces} if fichiers is None else fichiers
    return juger(metadonnees(*pieces, **options), presents)  # type: ignore[arg-type]


@pytest.mark.parametrize("uri", ["DOC0001.XML", "./DOC0001.XML", "doc0001.xml", "DOC%30001.XML"])
def test_uri_valide(uri: str) -> None:
    """Une URI relative désigne son fichier, point, casse et codage pour cent compris."""
    assert not avec_fichiers(Piece(uri), fichiers=DOSSIER)


@pytest.mark.parametrize("uri", ["", "AUTRE.XML", "../SUBSET01/DOC0001.XML", "/DOC0001.XML", "..\\DOC0001.XML"])
def test_uri_fausse(uri: str) -> None:
    """Une URI qui ne désigne rien, ou qui sort du dossier, est prise ; le fichier reste sans fiche."""
    assert avec_fichiers(Piece(uri), fichiers=DOSSIER) == {"XDM-DOC-01": N, "XDM-DOC-02": V}


def test_uri_a_barre_inverse() -> None:
    """Une URI ne s'écrit pas avec des barres inverses, même si l'archive nomme ainsi son fichier."""
    assert avec_fichiers(Piece("A\\DOC0001.XML")) == {"XDM-DOC-01": N, "XDM-DOC-02": V}


def test_fichiers_et_fiches() -> None:
    """Fichier en trop, fichier partagé, empreinte fausse, absente, nature mensongère."""
    assert avec_fichiers(fichiers={**DOSSIER, "B.XML": b"<a/>"}) == {"XDM-DOC-02": V}
    jumelle = Piece(id="Doc2", unique_id="1.2.250.1.213.99.1.100.2")
    assert avec_fichiers(Piece(), jumelle, fichiers=DOSSIER) == {"XDM-DOC-04": V, "DMP-COH-01": N}
    assert avec_fichiers(fichiers={"DOC0001.XML": CDA + b"\n"}) == {"DMP-XDS-21": N}
    assert avec_fichiers(Piece(fiche={"hash": slot("URI", "DOC0001.XML")})) == {"XDM-DOC-03": V}
    assert avec_fichiers(Piece(octets=b"pas de l'XML")) == {"XDM-DOC-05": N}
    assert avec_fichiers(Piece("A.PDF", b"<a/>", {"mimeType": "application/pdf"})) == {"XDM-DOC-05": N}


def test_hash_en_capitales() -> None:
    """Le condensat s'écrit en minuscules ou en capitales."""
    octets = re.sub(rb"<Value>([0-9a-f]{40})</Value>", lambda t: t[0].upper().replace(b"VALUE", b"Value"), BASE)
    assert octets != BASE
    assert not juger(octets, DOSSIER)


COHERENCE: dict[str, tuple[dict[str, str], dict[str, str], dict[str, Verdict]]] = {
    "même document": ({}, {}, {}),
    "autre identifiant": ({"id": '<id root="1.2.250.1.213.99.1.999"/>'}, {}, {"DMP-COH-01": N}),
    "autre type": ({"code": '<code code="11488-4" codeSystem="2.16.840.1.113883.6.1"/>'}, {}, {"DMP-COH-02": N}),
    "autre date": ({"effectiveTime": '<effectiveTime value="20261120121530+0100"/>'}, {}, {"DMP-COH-03": N}),
    "autre confidentialité": (
        {"confidentialityCode": '<confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/>'}, {},
        {"DMP-COH-04": N},
    ),
    "CDA sans INS": ({"ids_patient": '<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'}, {}, {"DMP-COH-05": N}),
    "autre titre": ({"title": "<title>Autre</title>"}, {}, {"DMP-COH-12": V}),
    "remplacement dans le CDA seulement": ({"relatedDocument": remplace("1.2.3")}, {}, {"DMP-COH-15": N}),
    "format d'un N1": (
        {}, {"formatCode": code("a09d5840-386c-46f2-b5ad-9c3699a4309d", "urn:ihe:iti:xds-sd:pdf:2008",
                                "1.3.6.1.4.1.19376.1.2.3")}, {"DMP-COH-16": V},
    ),
}  # fmt: skip


@pytest.mark.parametrize("nom", COHERENCE)
def test_coherence(nom: str) -> None:
    """La fiche dit ce que dit l'en-tête du CDA ; chaque écart est pris par sa règle."""
    morceaux, fiche, attendus = COHERENCE[nom]
    assert avec_fichiers(Piece(octets=cda(**morceaux), fiche=fiche)) == attendus


def test_sans_ins_des_deux_cotes() -> None:
    """Un CDA et une fiche sans INS ne se contredisent pas ; le patient reste à regarder."""
    local = externe(_PATIENT, _ID_PATIENT, "IPP1^^^&amp;1.2.250.1.213.99.1.7&amp;ISO^PI")
    du_lot = LOT["patientId"].replace(CX, "IPP1^^^&amp;1.2.250.1.213.99.1.7&amp;ISO^PI")
    piece = Piece(
        octets=cda(ids_patient='<id root="1.2.250.1.213.99.1.7" extension="IPP1"/>'), fiche={"patientId": local}
    )
    assert avec_fichiers(piece, lot={"patientId": du_lot}) == {"XDS-PAT-03": V}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(BASE)), st.integers(0, 80))
def test_octets_quelconques(bruit: bytes, ou: int, perdus: int) -> None:
    """Rien ne fait échouer la lecture ; le verdict est toujours motivé."""
    for octets in (bruit, BASE[:ou] + bruit + BASE[ou + perdus :]):
        lu = lire_lot_fichier(octets, DOSSIER)
        constats = [lu] if isinstance(lu, Constat) else verifier_lot_fichier(lu, DOSSIER)
        assert constats
        assert all(constat.message and not constat.echanges for constat in constats if constat.code[:3] == "XDS")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(FICHE)), unique=True, max_size=6))
def test_morceaux_manquants(absents: list[str]) -> None:
    """Une fiche incomplète se juge sans échec ; complète, elle est conforme."""
    vides = dict.fromkeys(set(absents) - {"objectType", "mimeType", "title"}, "")
    assert bool(juger(metadonnees(Piece(fiche=vides)))) == bool(
        set(vides) - {"serviceStartTime", "serviceStopTime", "sourcePatientId", "sourcePatientInfo", "hash",
                      "eventCodeList", "referenceIdList", "ajout"}
    )  # fmt: skip
