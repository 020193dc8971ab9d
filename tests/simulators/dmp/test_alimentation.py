"""TD2.1 : ce que l'entrepôt et le registre refusent, et ce qu'ils acceptent sous des formes variées."""

from __future__ import annotations

import base64
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest

from simulators.dmp.ebrim import APPROVED, HAS_MEMBER, SIGNS
from simulators.dmp.reglages import Reglages
from tests.simulators.dmp import messages
from tests.simulators.dmp.conftest import Essai
from tests.simulators.dmp.messages import Document

AUTRE_INS = messages.AUTRE_INS

ECARTS: dict[str, tuple[Callable[[Document], Document], str]] = {
    "autre_patient": (lambda d: replace(d, patient=messages.cx(AUTRE_INS)), "XDSPatientIdDoesNotMatch"),
    "patient_sans_cx": (lambda d: replace(d, patient=messages.INS), "XDSRegistryMetadataError"),
    "hash_faux": (lambda d: replace(d, hash="0" * 40), "XDSRepositoryMetadataError"),
    "taille_fausse": (lambda d: replace(d, size="3"), "XDSRepositoryMetadataError"),
    "autre_structure": (lambda d: replace(d, structure="1990000002"), "XDSRepositoryMetadataError"),
    "date_locale": (lambda d: replace(d, creation="20261121091500+0100"), "XDSRegistryMetadataError"),
    "unique_id": (lambda d: replace(d, unique_id="pas un oid"), "XDSRegistryMetadataError"),
    "cda_autre_id": (lambda d: replace(d, contenu=messages.cda("1.2.3")), "XDSRepositoryMetadataError"),
    "cda_autre_ins": (lambda d: replace(d, contenu=messages.cda(d.unique_id, AUTRE_INS)), "XDSRepositoryMetadataError"),
    "cda_autre_code": (
        lambda d: replace(d, contenu=messages.cda(d.unique_id, code="34112-3")),
        "XDSRepositoryMetadataError",
    ),
    "cda_mal_forme": (lambda d: replace(d, contenu=b"<ClinicalDocument"), "XDSRepositoryMetadataError"),
    "cda_dtd": (
        lambda d: replace(d, contenu=b"<!DOCTYPE x [<!ENTITY e 'v'>]>" + messages.cda(d.unique_id).split(b"?>", 1)[1]),
        "XDSRepositoryMetadataError",
    ),
    "sans_langue": (lambda d: replace(d, sans=("languageCode",)), "XDSRegistryMetadataError"),
    "sans_type": (
        lambda d: replace(d, sans=("urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",)),
        "XDSRegistryMetadataError",
    ),
    "sans_confidentialite": (
        lambda d: replace(d, sans=("urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",)),
        "XDSRegistryMetadataError",
    ),
    "cible_inconnue": (
        lambda d: replace(d, remplace="urn:uuid:0b9d6c1e-7e1b-4c55-9a1f-5d0f4b8a2c11"),
        "XDSReplaceFailed",
    ),
}


@pytest.mark.parametrize("ecart", ECARTS)
def test_refus(essai: Essai, ecart: str) -> None:
    """Chaque écart est refusé par son code, et rien n'est enregistré."""
    changer, code = ECARTS[ecart]
    recu = essai.alimenter([changer(essai.document())])
    assert code in recu.codes
    assert essai.dmp.etat.documents() == ()


def test_formes_admises(essai: Essai) -> None:
    """Sans hash ni size, le registre les remplit ; un document en direct est imputé au professionnel."""
    nu = essai.document(hash="", size="")
    assert essai.alimenter([nu]).codes == ["Success"]
    [entree] = essai.dmp.etat.documents()
    assert (entree.fiche.size, len(entree.fiche.hash), entree.statut) == (str(len(nu.octets)), 40, APPROVED)
    assert entree.fiche.id.startswith("urn:uuid:")
    assert entree.fiche.lid == entree.fiche.id
    assert essai.alimenter([essai.document(structure="")], essai.demande("DIRECTE")).codes == ["Success"]


def test_auteur_en_direct(essai: Essai) -> None:
    """En direct, l'appelant doit être auteur ou responsable du document."""
    recu = essai.alimenter([essai.document(auteur="899900000999")], essai.demande("DIRECTE"))
    assert recu.codes == ["XDSRepositoryMetadataError"]


def test_refusee_en_air(essai: Essai) -> None:
    """L'alimentation est refusée en indirecte renforcée, même pour un dossier ouvert et autorisé."""
    recu = essai.alimenter([essai.document()], essai.demande("INDIRECTE_RENFORCEE"))
    assert recu.codes == ["DMPAccessDeniedByRightsService"]


def test_doublons(essai: Essai) -> None:
    """Renvoyer le même uniqueId est refusé ; avec un autre contenu, le code le dit."""
    document = essai.document()
    assert essai.alimenter([document]).codes == ["Success"]
    assert essai.alimenter([document]).codes == ["XDSDuplicateUniqueIdInRegistry"]
    autre = replace(document, contenu=messages.cda(document.unique_id, suite="x"))
    assert essai.alimenter([autre]).codes == ["XDSNonIdenticalHash"]
    assert len(essai.dmp.etat.documents()) == 1


def test_plusieurs_documents(essai: Essai) -> None:
    """Un lot de trois documents est enregistré d'un bloc ; un seul défaut le refuse entier."""
    lot = [essai.document(id=f"Document{rang:02d}") for rang in range(3)]
    assert essai.alimenter([*lot[:2], replace(lot[2], hash="0" * 40)]).codes == ["XDSRepositoryMetadataError"]
    assert essai.dmp.etat.documents() == ()
    assert essai.alimenter(lot).codes == ["Success"]
    assert {e.unique_id for e in essai.dmp.etat.documents()} == {d.unique_id for d in lot}
    assert len({e.lot for e in essai.dmp.etat.documents()}) == 1
    [echange] = essai.echanges()[-1:]
    assert echange.notes["unique_ids"].split() == [d.unique_id for d in lot]
    assert echange.notes["entry_uuids"].split() == [e.entry_uuid for e in essai.dmp.etat.documents()]


def test_dossier_absent_ou_ferme(essai: Essai) -> None:
    """Sans DMP ou DMP fermé, l'alimentation est refusée."""
    essai.dmp.etat.vider()
    assert essai.alimenter([essai.document()]).codes == ["XDSUnknownPatientId"]
    essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID, statut="terminated")
    assert essai.alimenter([essai.document()]).codes == ["DMPClosed"]


def _envoyer(essai: Essai, corps: str, pieces: list[tuple[str, bytes]]) -> list[str]:
    tls, signature = essai.identifiants("INDIRECTE")
    racine = messages.enveloppe(corps, messages.ACTION_TD21, messages.vihf(signature, essai.demande()))
    octets = messages.multipart(racine, pieces)
    return essai.poster("repository", octets, messages.type_multipart(messages.ACTION_TD21), tls=tls).codes


def test_pieces_et_fiches(essai: Essai) -> None:
    """Une pièce manquante, ou une pièce sans fiche, est refusée par son code."""
    document = essai.document()
    assert _envoyer(essai, messages.td21([document]), []) == ["XDSMissingDocument"]
    sans_fiche = messages.td21([document]).replace('<xdsb:Document id="Document01">', '<xdsb:Document id="Autre">')
    codes = _envoyer(essai, sans_fiche, [("Document01@essai", document.octets)])
    assert codes == ["XDSMissingDocumentMetadata", "XDSMissingDocument"]


def test_sans_has_member(essai: Essai) -> None:
    """Un document non rattaché au lot est refusé."""
    document = essai.document()
    corps = messages.td21([document]).replace(HAS_MEMBER, SIGNS)
    assert _envoyer(essai, corps, [("Document01@essai", document.octets)]) == ["XDSRegistryMetadataError"]


def test_base64_en_ligne(essai: Essai) -> None:
    """Un contenu en base64 dans l'enveloppe est lu, et l'échange garde trace de ce que ce n'était pas du MTOM."""
    document = essai.document()
    debut, reste = messages.td21([document]).split("<xop:Include", 1)
    corps = debut + base64.b64encode(document.octets).decode() + reste[reste.index("/>") + 2 :]
    assert essai.appeler("repository", corps, messages.ACTION_TD21).codes == ["Success"]
    [echange] = essai.echanges()
    assert (echange.notes["transport"], echange.notes["contenu_en_ligne"]) == ("soap", "Document01")


@pytest.mark.parametrize(
    ("choix", "code"), [({}, "Success"), ({"condensat": "AAAA"}, "X"), ({"uri": "urn:oid:1.2"}, "X")]
)
def test_signature_du_lot(essai: Essai, choix: dict[str, str], code: str) -> None:
    """Quand elle est exigée, la signature du lot doit désigner exactement le lot et porter les bons condensats."""
    code = code.replace("X", "XDSRepositoryMetadataError")
    essai.dmp.reglages = Reglages(exiger_signature_lot=True)
    try:
        document, lot = essai.document(), "1.2.3.4.5"
        assert essai.alimenter([document]).codes == ["XDSRepositoryMetadataError"]
        signature = messages.signature_du_lot(lot, [document], **choix)
        classe = f'nodeRepresentation="{messages.CLASSE_SIGNATURE}"'
        lien = messages.lien("Signature01", "Lot01", messages.SIGNS)
        corps = messages.td21([document, signature], lot=lot, suite=lien)
        tete, queue = corps.split('<rim:ExtrinsicObject id="Signature01"')
        queue = queue.replace('nodeRepresentation="11"', classe, 1)
        corps = f'{tete}<rim:ExtrinsicObject id="Signature01"{queue}'
        pieces = [("Document01@essai", document.octets), ("Signature01@essai", signature.octets)]
        assert _envoyer(essai, corps, pieces) == [code]
        sans_lien = corps.replace(messages.SIGNS, messages.HAS_MEMBER)
        assert "Success" not in _envoyer(essai, sans_lien, pieces)
    finally:
        essai.dmp.reglages = Reglages(exiger_signature_lot=False)


def test_soixante_megaoctets(essai: Essai) -> None:
    """Un document de 60 Mo est reçu, rangé et rendu sans être tenu entier en mémoire par le serveur."""
    document = essai.document(contenu=b"\x00\xffPDF" * (12 * 2**20), mime="application/pdf")
    tls, signature = essai.identifiants("INDIRECTE")
    racine = messages.enveloppe(
        messages.td21([document]), messages.ACTION_TD21, messages.vihf(signature, essai.demande())
    )
    octets = messages.multipart(racine, [("Document01@essai", document.contenu)])
    tracemalloc.start()
    try:
        recu = essai.poster("repository", octets, messages.type_multipart(messages.ACTION_TD21), tls=tls)
        _, sommet = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert recu.codes == ["Success"]
    assert sommet < 20 * 2**20
    [entree] = essai.dmp.etat.documents()
    assert entree.corps.taille == 60 * 2**20
    lu = essai.appeler("repository", messages.td32(document.unique_id), messages.ACTION_TD32, essai.demande("DIRECTE"))
    assert document.contenu in lu.octets


def test_mineur_et_connexion_secrete(essai: Essai) -> None:
    """Pour un mineur en connexion secrète, seul le secret vis-à-vis des représentants légaux est admis."""
    secret = "INVISIBLE_REPRESENTANTS_LEGAUX"
    attribut = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"

    def codes(*visibilite: str) -> list[str]:
        demande = essai.demande(attributs={attribut: f"{secret}^1.2.250.1.213.1.1.4.13"})
        return essai.alimenter([essai.document(visibilite=visibilite)], demande).codes

    assert codes(secret) == ["XDSRegistryMetadataError"]
    essai.dmp.etat.ouvrir_dossier(messages.INS, messages.OID, mineur=True)
    assert codes(secret) == ["Success"]
    assert codes() == codes(secret, "MASQUE_PS") == ["XDSRegistryMetadataError"]
    assert essai.alimenter([essai.document()]).codes == ["Success"]


def test_partie_orpheline(essai: Essai) -> None:
    """Une partie que rien ne désigne est ignorée et consignée."""
    document = essai.document()
    pieces = [("Document01@essai", document.octets), ("intruse@essai", b"x")]
    assert _envoyer(essai, messages.td21([document]), pieces) == ["Success"]
    assert essai.echanges()[0].notes["parties_orphelines"] == "intruse@essai"


def test_signature_d_un_cda_trop_profond(essai: Essai) -> None:
    """Un document aux éléments très imbriqués est refusé avant la canonicalisation, sans faire tomber le serveur."""
    essai.dmp.reglages = Reglages(exiger_signature_lot=True)
    try:
        document, lot = essai.document(), "1.2.3.4.6"
        signature = messages.signature_du_lot(lot, [document])
        profond = messages.cda(document.unique_id, suite="<a>" * 100_000 + "</a>" * 100_000)
        document = replace(document, contenu=profond)
        corps = messages.td21(
            [document, signature], lot=lot, suite=messages.lien("Signature01", "Lot01", messages.SIGNS)
        )
        tete, queue = corps.split('<rim:ExtrinsicObject id="Signature01"')
        queue = queue.replace('nodeRepresentation="11"', f'nodeRepresentation="{messages.CLASSE_SIGNATURE}"', 1)
        corps = f'{tete}<rim:ExtrinsicObject id="Signature01"{queue}'
        pieces = [("Document01@essai", document.octets), ("Signature01@essai", signature.octets)]
        assert _envoyer(essai, corps, pieces) == ["XDSRepositoryMetadataError"]
    finally:
        essai.dmp.reglages = Reglages(exiger_signature_lot=False)
