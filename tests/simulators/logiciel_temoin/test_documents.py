"""Documents produits : CDA valide, éditions lisibles, datamatrix, matricule seulement qualifié."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from simulators.logiciel_temoin import cda_lecture, datamatrix, mtom
from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.cda_lecture import lire_entete
from simulators.logiciel_temoin.identite import Patient, identite_vide
from simulators.logiciel_temoin.labo import Labo
from simulators.logiciel_temoin.xds_metadonnees import dtm
from tests.simulators.logiciel_temoin.conftest import Jouer
from tests.simulators.logiciel_temoin.test_identite import IDENTITE, MATRICULE, creer, qualifier

OID = "1.2.250.1.213.1.4.10"
ANALYSES = [
    {"code": "3016-3", "libelle": "Thyréostimuline", "valeur": "1.95", "unite": "m[IU]/L"},
    {"code": "3024-7", "libelle": "Thyroxine libre", "valeur": "positif & <net>", "unite": ""},
]
ACTE = "2024-02-03T08:15:00+01:00"


def valider(agir: Jouer, patient: str, **choix: Any) -> dict[str, Any]:
    parametres: dict[str, Any] = {"statut_cr": "complet", "analyses": ANALYSES, "date_acte": ACTE} | choix
    reponse = agir("valider_compte_rendu", patient_id=patient, **parametres)
    assert reponse.resultat == "fait", reponse.messages
    document: dict[str, Any] = reponse.donnees["document"]
    return document


def exporter(agir: Jouer, document: dict[str, Any]) -> bytes:
    return base64.b64decode(agir("exporter_document", document_id=document["document_id"]).donnees["cda_base64"])


def texte_et_codes(contenu: bytes) -> tuple[str, list[str]]:
    page = pypdfium2.PdfDocument(io.BytesIO(contenu))[0]
    image = page.render(scale=4).to_pil()
    codes = [c.bytes.decode("latin-1") for c in zxingcpp.read_barcodes(image)]
    return page.get_textpage().get_text_bounded(), codes


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    """Schéma officiel du CDA, lu là où CI_SIS_CORPUS le dit."""
    corpus = os.environ.get("CI_SIS_CORPUS")
    if not corpus:
        pytest.skip("CI_SIS_CORPUS absent : le schéma CDA n'est pas lu")
    return etree.XMLSchema(etree.parse(str(Path(corpus) / "infrastructure" / "cda" / "CDA_extended.xsd")))


@pytest.mark.parametrize("niveau", ["N1", "N3"])
@pytest.mark.parametrize("statut", ["PROV", "QUAL"])
def test_cda_valide(labo: Labo, agir: Jouer, schema: etree.XMLSchema, niveau: str, statut: str) -> None:
    """Chaque document produit est valide, dans toutes ses versions et pour tous les statuts."""
    patient = creer(agir)
    if statut == "QUAL":
        qualifier(labo, patient)
    partielles = [ANALYSES[0], {**ANALYSES[1], "valeur": None}]
    premier = valider(agir, patient, niveau=niveau, statut_cr="partiel", analyses=partielles)
    second = valider(agir, patient, niveau=niveau, remplace=premier["document_id"])
    for document in (premier, second):
        schema.assertValid(etree.fromstring(exporter(agir, document)))


def test_entete_du_cda(labo: Labo, agir: Jouer) -> None:
    """L'en-tête porte l'INS qualifiée, les traits, l'auteur, les dates et le remplacement."""
    patient = creer(agir)
    qualifier(labo, patient)
    premier = valider(agir, patient, statut_cr="partiel", analyses=[{**ANALYSES[0], "valeur": None}])
    second = valider(agir, patient, remplace=premier["document_id"])
    avant, apres = lire_entete(exporter(agir, premier)), lire_entete(exporter(agir, second))
    assert apres.ins == (MATRICULE, OID)
    assert apres.identite == {**identite_vide(), **IDENTITE, "matricule_ins": MATRICULE, "oid_ins": OID}
    assert (avant.set_id, avant.version, apres.version) == (apres.set_id, "1", "2")
    assert (avant.remplace, apres.remplace) == (None, avant.unique_id)
    assert (apres.service_debut, dtm(apres.service_debut)) == ("20240203081500+0100", "20240203071500")
    assert [a.identifiant for a in apres.auteurs] == ["899900000001"]
    assert b'statusCode code="active"' in exporter(agir, premier)
    assert b'statusCode code="active"' not in exporter(agir, second)


@pytest.mark.parametrize("statut", ["PROV", "RECUP", "VALI"])
def test_pas_de_matricule_sans_qualification(labo: Labo, agir: Jouer, statut: str) -> None:
    """Ni le CDA, ni sa copie PDF, ni l'édition ne portent le matricule d'une identité non qualifiée."""
    patient = creer(agir)
    qualifier(labo, patient, statut)
    document = valider(agir, patient)
    cda = exporter(agir, document)
    assert MATRICULE.encode() not in cda
    assert OID.encode() not in cda
    edition = agir("editer_document", patient_id=patient, document_id=document["document_id"]).donnees["pdf_base64"]
    for contenu in (base64.b64decode(edition), cda_lecture.copie_pdf(cda) or b""):
        texte, codes = texte_et_codes(contenu)
        assert "Nom de naissance : D'ARTAGNAN--LE GALL" in texte
        assert MATRICULE not in texte
        assert codes == []


def test_edition_qualifiee(labo: Labo, agir: Jouer) -> None:
    """L'édition d'une identité qualifiée porte les traits imposés et choisis, le matricule, le datamatrix."""
    patient = creer(agir)
    qualifier(labo, patient)
    agir("configurer", "administrateur", parametre="champs_edition", valeur=["nom_utilise", "code_lieu_naissance"])
    document = valider(agir, patient)
    edition = agir("editer_document", patient_id=patient, document_id=document["document_id"]).donnees["pdf_base64"]
    texte, codes = texte_et_codes(base64.b64decode(edition))
    for attendu in (
        "1er prénom de naissance : JEAN-PIERRE",
        "Date de naissance : 12/09/1984",
        "Sexe : M",
        f"Matricule INS : {MATRICULE} (NIR)",
        "Nom utilisé : DURAND",
        "Lieu de naissance - Code INSEE : 2B020",
    ):
        assert attendu in texte
    assert codes == [
        f"IS01{'0' * 22}S1{MATRICULE}S2{OID}S3JEAN-PIERRE LOUIS\x1dS4D'ARTAGNAN--LE GALL\x1dS5MS612-09-1984S72B020"
    ]


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet="AZ '-", min_size=1, max_size=100), st.text(alphabet="BY '-", min_size=1, max_size=100))
def test_datamatrix_longueurs(nom: str, prenoms: str) -> None:
    """Le séparateur suit un champ variable, sauf s'il atteint sa longueur maximale."""
    identite = identite_vide() | IDENTITE | {"nom_naissance": nom, "prenoms_naissance": prenoms}
    patient = Patient("P1", identite | {"matricule_ins": MATRICULE, "oid_ins": "1.2.250.1.213.1.4.8"}, "QUAL")
    texte = datamatrix.contenu(_SansDefaut(), patient)  # type: ignore[arg-type]
    assert f"S21.2.250.1.213.1.4.8\x1dS3{prenoms}" in texte
    assert (f"S4{nom}\x1d" in texte) == (len(nom) < 100)


class _SansDefaut:
    def defaut(self, _nom: str) -> bool:
        return False


def test_complet_sans_resultat_refuse(agir: Jouer) -> None:
    """Un compte rendu ne peut pas être complet s'il manque un résultat."""
    patient = creer(agir)
    analyses = [{**ANALYSES[0], "valeur": None}]
    reponse = agir("valider_compte_rendu", patient_id=patient, statut_cr="complet", analyses=analyses)
    assert reponse.resultat == "refuse"


def test_document_ancien_date_de_l_acte(labo: Labo, agir: Jouer) -> None:
    """Un document ancien est daté de l'acte ; sans RPPS, la personne morale s'ajoute aux auteurs."""
    patient = creer(agir)
    qualifier(labo, patient)
    pdf = base64.b64encode(b"%PDF-1.4 ancien").decode()
    for rpps, auteurs in ((None, ["3990000001/SORTI.ANNE", "1990000001"]), ("99900000077", ["899900000077"])):
        document = agir(
            "enregistrer_document",
            patient_id=patient,
            type_local="LETTRE-LIAISON",
            titre="Lettre de 2015",
            date_acte="2015-06-01T10:00:00+02:00",
            pdf_base64=pdf,
            auteur={"nom": "SORTI", "prenom": "ANNE", "rpps": rpps},
        ).donnees["document"]
        entete = lire_entete(exporter(agir, document))
        assert [a.identifiant for a in entete.auteurs] == auteurs
        assert (entete.creation, entete.service_debut) == ("20150601100000+0200", "20150601100000+0200")
        assert (entete.type_document.code, entete.media_type) == ("11490-0", "application/pdf")


def test_document_recu_sans_reponse_d_insi(labo: Labo, agir: Jouer) -> None:
    """Un document d'un autre domaine dont l'INS n'est pas confirmée n'est pas intégré et va en liste de travail."""
    patient = creer(agir)
    qualifier(labo, patient)
    contenu = base64.b64encode(exporter(agir, valider(agir, patient))).decode()
    emetteur = {"nom": "CHU", "domaine": "1.2.3.4"}
    accepte = agir("recevoir_document", contenu_base64=contenu, emetteur=emetteur)
    assert accepte.donnees["integre"]
    del labo.base.patients[patient]
    refuse = agir("recevoir_document", contenu_base64=contenu, emetteur=emetteur)
    assert not refuse.donnees["integre"]
    [element] = agir("lire_liste_travail").donnees["elements"]
    assert element["document_id"] == refuse.donnees["document"]["document_id"]
    assert element["matricule_ins"] == MATRICULE


@pytest.mark.parametrize("contenu", [b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", b"%PDF"])
def test_document_recu_illisible(agir: Jouer, contenu: bytes) -> None:
    """Un document illisible donne un échec dit, rien d'autre."""
    emetteur = {"nom": "CHU", "domaine": "1.2.3.4"}
    reponse = agir("recevoir_document", contenu_base64=base64.b64encode(contenu).decode(), emetteur=emetteur)
    assert reponse.resultat == "echec"


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_mtom_aller_retour(pieces: list[bytes]) -> None:
    """Ce que l'on joint se relit à l'octet près."""
    envoi = [(f"p{rang}@essai", "text/xml", octets) for rang, octets in enumerate(pieces)]
    type_mime, corps = mtom.composer(b"<racine/>", envoi, "urn:action")
    racine, lues = mtom.lire(type_mime, corps)
    assert racine == b"<racine/>"
    assert [mtom.resoudre(lues, f"cid:p{rang}%40essai") for rang in range(len(pieces))] == pieces


def test_defauts_du_document(labo_avec: Callable[..., Labo]) -> None:
    """Les défauts d'édition et de CDA changent bien ce qu'ils disent changer."""
    labo = labo_avec("cda_ins_recup", "cda_sans_related_document", "cda_version_constante")

    def agir(nom: str, utilisateur: str = "biologiste_1", /, **parametres: Any) -> Any:
        return jouer(labo, nom, {"utilisateur": utilisateur, **parametres})

    patient = creer(agir)
    qualifier(labo, patient, "RECUP")
    premier = valider(agir, patient)
    entete = lire_entete(exporter(agir, valider(agir, patient, remplace=premier["document_id"])))
    assert (entete.ins, entete.remplace, entete.version) == ((MATRICULE, OID), None, "1")
