"""La commande avec les vrais examens : chaque type a le sien, un squelette n'est jamais conforme."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from steps.controle.jugement import examiner
from steps.controle.modele import ContexteControle, Controle, TypeFichier
from steps.controle.registre import EXAMINATEURS, LIBELLES
from steps.controle.resultat import ecrire, verdict_de_fichier
from tests.controle import documents
from tests.controle.test_commande import lancer

SQUELETTES: dict[TypeFichier, bytes] = {
    TypeFichier.CDA_N1: documents.CDA_N1.encode(),
    TypeFichier.CDA_N3: documents.CDA_N3.encode(),
    TypeFichier.PDF: documents.PDF,
    TypeFichier.XDM: documents.xdm(),
    TypeFichier.METADATA: documents.METADATA.encode(),
    TypeFichier.SOAP_INSI: documents.INSI.encode(),
    TypeFichier.SOAP_DMP: documents.DMP.encode(),
    TypeFichier.SAML: documents.SAML.encode(),
    TypeFichier.JWT: documents.JWT.encode(),
    TypeFichier.HL7V2: documents.HL7.encode(),
    TypeFichier.COURRIEL: documents.COURRIEL,
    TypeFichier.KOS: b"\0" * 128 + b"DICM",
}


def test_chaque_type_a_un_examen_et_un_nom() -> None:
    """Aucun type n'est oublié, ni ici ni dans le registre."""
    assert set(EXAMINATEURS) == set(SQUELETTES) == set(TypeFichier) - {TypeFichier.INCONNU}
    assert set(LIBELLES) == set(TypeFichier)


@pytest.mark.parametrize("type_fichier", SQUELETTES, ids=[t.value for t in SQUELETTES])
def test_squelette(type_fichier: TypeFichier) -> None:
    """Un document réduit à sa racine est jugé sans incident, jamais conforme, et son périmètre est dit."""
    octets = SQUELETTES[type_fichier]
    examen, trace = examiner(octets, ContexteControle(nom="d"))
    assert trace == ""
    assert examen.type is type_fichier
    assert verdict_de_fichier(examen).value != "conforme"
    assert examen.perimetre
    ecrit = ecrire(Controle("d", examen), tout=True)
    assert json.loads(json.dumps(ecrit.en_dict()))["constats"]


@pytest.mark.parametrize("type_fichier", SQUELETTES, ids=[t.value for t in SQUELETTES])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_squelette_coupe(type_fichier: TypeFichier, part: float) -> None:
    """Coupé où que ce soit, un document ne donne jamais d'incident ni de conforme."""
    octets = SQUELETTES[type_fichier]
    examen, trace = examiner(octets[: int(len(octets) * part)], ContexteControle(nom="d"))
    assert trace == ""
    assert verdict_de_fichier(examen).value != "conforme"


@pytest.mark.skipif(
    not os.environ.get("CI_SIS_CORPUS"), reason="CI_SIS_CORPUS ne dit pas où sont les exemples officiels"
)
def test_exemples_officiels() -> None:
    """Les exemples officiels sont conformes par la commande, deux ouvriers, sans kit : dit dans le périmètre."""
    dossier = Path(os.environ["CI_SIS_CORPUS"]) / "ExemplesCDA"
    acheve = lancer(dossier, "--json", "--jobs", "2")
    lus = json.loads(acheve.stdout)
    assert len(lus) == len(list(dossier.iterdir()))
    fautes = {objet["fichier"]: objet["constats"] for objet in lus if objet["verdict"] != "conforme"}
    assert fautes == {}
    assert acheve.returncode == 0
    niveaux = {Path(objet["fichier"]).name: objet["type"] for objet in lus}
    assert niveaux["DOC_NON_STRUCTURE_CDA-R2-N1.xml"] == "cda_n1"
    assert niveaux["VSM_1.4_2022.01.xml"] == "cda_n3"
    assert all(any("sans kit" in phrase or "faute de kit" in phrase for phrase in objet["perimetre"]) for objet in lus)
