# language: fr
Fonctionnalité: Terminologies d'un logiciel de cabinet
  Les nomenclatures et référentiels de codification se consultent, et s'y cherche une entrée dès trois lettres.

  @ERGO/va1.01.01
  Scénario: Les terminologies de l'exigence se consultent, par des codes courants
    # Deux codes de chacune, dont le libellé se reconnaît. Le film ou les captures restent à joindre.
    Alors la terminologie « CIM 10 ou suivante » se consulte dans le logiciel
    Et la terminologie « CISP2 ou DRC » se consulte dans le logiciel
    Et la terminologie « circuit de la biologie » se consulte dans le logiciel
    Et la terminologie « CCAM » se consulte dans le logiciel
    Et la terminologie « ATC » se consulte dans le logiciel

  @ERGO/va1.02.01
  Scénario: La recherche propose des entrées dès trois lettres, d'un référentiel, d'une nomenclature et d'un médicament
    # Ce qui se voit à la frappe est relevé sans rien valider. Le film ou les captures restent à joindre.
    Alors la recherche propose des entrées dès trois lettres tapées, sans rien valider
      | où                  | lettres |
      | CIM 10 ou suivante  | dia     |
      | CIM 10 ou suivante  | hyp     |
      | CCAM                | app     |
      | ATC                 | met     |
      | base médicamenteuse | ram     |
